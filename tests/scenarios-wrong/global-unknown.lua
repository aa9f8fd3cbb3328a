--! global-unknown.lua:5: there is no global 'rate'; a name must be given a value first
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(rate)
