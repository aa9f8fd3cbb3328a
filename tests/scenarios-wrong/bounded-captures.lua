--! bounded-captures.lua:5: too many captures
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(("x"):find(("("):rep(100)))
