local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms", on_message = function(m) error(setmetatable({}, { __tostring = function() return "\27[2J" end })) end }
tb.connect(p, q, c)
-- ends 2: handler-error.lua:6: the scenario raised an error that is no text, but a table
