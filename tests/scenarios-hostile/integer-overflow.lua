local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
for i = math.maxinteger - 1, math.maxinteger do end print(math.mininteger // -1, math.mininteger % -1) print(1 // 0)
-- ends 2: integer-overflow.lua:3: attempt to divide by zero
