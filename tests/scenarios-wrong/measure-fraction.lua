--! measure-fraction.lua:6: record: expected a whole number (a time has unit = "s" in tb.measure), got number 0.5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local age = tb.measure "age"
age:record(0.5)
