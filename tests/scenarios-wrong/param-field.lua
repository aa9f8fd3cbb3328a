--! param-field.lua:7: unknown field 'maximum', did you mean 'max'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.param("rate", {
  default = 5,
  maximum = 20,
})
