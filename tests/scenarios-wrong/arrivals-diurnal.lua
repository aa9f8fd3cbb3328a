--! arrivals-diurnal.lua:5: field 'amplitude' of tb.diurnal: expected a number from 0 to 1, got number 1.5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.diurnal { rate = 5, amplitude = 1.5 }
