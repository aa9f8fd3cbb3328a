--! distribution-rate.lua:5: tb.poisson: rate: expected a rate such as 800 (per second) or "800/s", got "800"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.poisson("800")
