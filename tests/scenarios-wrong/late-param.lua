--! late-param.lua:8: parameters are declared while the scenario loads
--!   at 1 s, in an action of tb.at
--!   late-param.lua:8
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at(1, function() tb.param("late", { default = 1 }) end)
