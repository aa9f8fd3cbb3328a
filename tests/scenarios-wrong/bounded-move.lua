--! bounded-move.lua:5: table.move takes at most 10000000 elements
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
table.move({}, 1, 1 << 40, 2)
