--! question-late.lua:5: tb.question: "1h" is after the end of the scenario, at 10 s: it would never happen
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.question { text = "When?", choices = { "now", "never" }, answer = 1, at = "1h" }
