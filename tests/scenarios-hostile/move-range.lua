local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
table.move({}, 1, math.maxinteger - 1, 2)
-- ends 2: move-range.lua:3: table.move takes at most 10000000 elements
