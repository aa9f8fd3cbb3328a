--! wait-outside.lua:5: tb.wait_until pauses a process: call it in tb.process or tb.at
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.wait_until(function() return true end)
