--! recording-up.lua:5: a file of the scenario's is named from its folder, as in "data/clicks.csv", by letters, digits, '_', '-', '.' and '/', not '../clicks.csv'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.recording "../clicks.csv"
