local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
error(nil)
-- ends 2: error-nil.lua:3: the scenario raised an error that is no text, but a nil
