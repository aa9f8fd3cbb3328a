--! question-answer.lua:5: tb.question: answer: expected the number of a choice, 1 to 2, got 3
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.question { text = "When?", choices = { "now", "never" }, answer = 3 }
