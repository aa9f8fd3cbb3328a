local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(table.unpack({}, math.mininteger, math.maxinteger))
-- ends 2: unpack-maxint.lua:3: table.unpack takes at most 10000000 elements
