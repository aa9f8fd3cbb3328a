--! during-late.lua:5: tb.during: "20s" is after the end of the scenario, at 10 s: it would never happen
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.during("5s", "20s", "dark", tb.datacenter("a"):outage())
