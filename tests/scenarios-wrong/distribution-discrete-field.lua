--! distribution-discrete-field.lua:6: unknown field 'value', did you mean 'values'?
--! distribution-discrete-field.lua:6: tb.discrete needs the field 'values': a list of numbers or durations
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.discrete { value = { 1 } }
