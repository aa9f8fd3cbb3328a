--! measure-of-world.lua:5: record is for measures that tb.measure made; this one is the world's
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.measures.latency:record(5)
