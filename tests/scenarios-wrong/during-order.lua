--! during-order.lua:5: tb.during: to: expected a time after "5s", got "2s"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.during("5s", "2s", "dark", tb.datacenter("a"):outage())
