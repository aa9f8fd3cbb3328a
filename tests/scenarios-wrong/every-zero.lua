--! every-zero.lua:5: tb.every: interval: expected a duration of at least 1ns, got number 0
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.every(0, print)
