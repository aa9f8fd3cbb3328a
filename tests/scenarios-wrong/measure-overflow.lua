--! measure-overflow.lua:6: record: expected a whole number up to 2^53 of at least 0, got number inf
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local age = tb.measure "age"
age:record(math.huge)
