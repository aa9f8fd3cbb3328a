--! recording-number.lua:5: tb.recording: file: expected a text, got number 5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.recording(5)
