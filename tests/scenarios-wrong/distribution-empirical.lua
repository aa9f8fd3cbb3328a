--! distribution-empirical.lua:5: tb.empirical: number 2 of the samples: expected a number or a duration such as "5s", "30ms" or "2min", got "soon"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.empirical { 1, "soon", 3 }
