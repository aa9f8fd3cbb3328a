--! measure-gauge.lua:6: add is for a counter, and this measure is a gauge: say kind = "counter" in tb.measure
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local age = tb.measure("age", { kind = "gauge" })
age:add(1)
