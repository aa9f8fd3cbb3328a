--! global-next.lua:5: 'next' is not available in a scenario: its order differs from run to run; use pairs
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(next({}))
