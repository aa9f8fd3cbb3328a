--! question-choices.lua:5: tb.question: a question has two choices at least
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.question { text = "When?", choices = { "now" }, answer = 1 }
