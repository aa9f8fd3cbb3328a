local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(table.unpack({}, 1, 1e8))
-- ends 2: unpack-range.lua:3: table.unpack takes at most 10000000 elements
