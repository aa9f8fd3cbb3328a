--! recording-script.lua:1: the time is not a number of seconds, as 12.5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "a"
dc:producer { name = "p", arrivals = tb.recording "recording-script.lua" }
