--! bookmark-number.lua:5: tb.bookmark: label: expected a text, got number 5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.bookmark("5s", 5)
