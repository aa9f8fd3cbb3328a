local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(next)
-- ends 2: next-absent.lua:3: 'next' is not available in a scenario: its order differs from run to run; use pai
