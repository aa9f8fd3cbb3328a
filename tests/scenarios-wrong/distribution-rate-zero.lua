--! distribution-rate-zero.lua:5: tb.poisson: rate: expected a rate above 0, got number 0
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.poisson(0)
