--! measure-dot.lua:6: record is a method of a measure: call it with a colon, measure:record(...)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local age = tb.measure "age"
age.record(5)
