--! distribution-missing.lua:5: tb.normal: deviation: expected a number, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.normal("30ms")
