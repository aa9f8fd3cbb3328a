local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
error({})
-- ends 2: error-table.lua:3: the scenario raised an error that is no text, but a table
