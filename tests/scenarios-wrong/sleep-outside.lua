--! sleep-outside.lua:5: tb.sleep pauses a process: call it in tb.process or tb.at
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.sleep("1s")
