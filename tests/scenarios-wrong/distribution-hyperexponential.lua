--! distribution-hyperexponential.lua:5: tb.hyperexponential: probability must be between 0 and 1, got number 2
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.hyperexponential(2, "1s", "2s")
