--! bounded-captures.lua:5: a pattern has at most 32 captures
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(("x"):find(("("):rep(100)))
