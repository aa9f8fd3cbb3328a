--! at-called.lua:6: tb.at: action: expected a function, such as function() ... end, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at("5s", "dark", dc:fail())
