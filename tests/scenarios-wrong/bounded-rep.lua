--! bounded-rep.lua:5: string.rep makes at most 1048576 bytes
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(#("x"):rep(1e9))
