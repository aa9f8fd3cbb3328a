--! datacenter-name.lua:5: tb.datacenter: name: expected a name of 1 to 64 letters, digits, '.', '_' and '-', got "north pole"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter "north pole"
