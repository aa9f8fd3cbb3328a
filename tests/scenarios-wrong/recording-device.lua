--! recording-device.lua:5: a file of the scenario's is named from its folder, as in "data/clicks.csv", by letters, digits, '_', '-', '.' and '/', not '/dev/zero'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.recording "/dev/zero"
