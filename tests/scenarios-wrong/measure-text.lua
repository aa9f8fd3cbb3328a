--! measure-text.lua:6: record: expected a number of seconds of at least 0, got a string
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local age = tb.measure("age", { unit = "s" })
age:record("5ms")
