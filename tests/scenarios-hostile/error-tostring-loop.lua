local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
error(setmetatable({}, { __tostring = function() while true do end end }))
-- ends 2: error-tostring-loop.lua:3: the scenario raised an error that is no text, but a table
