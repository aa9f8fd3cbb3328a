--! bounded-unpack.lua:5: table.unpack takes at most 10000000 elements
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(table.unpack({}, 1, 1e8))
