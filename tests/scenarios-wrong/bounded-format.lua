--! bounded-format.lua:5: invalid conversion specification: '%1000d'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(("%1000d"):format(1))
