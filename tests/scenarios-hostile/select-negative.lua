local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(select(-1e9, 1))
-- ends 2: select-negative.lua:3: bad argument #1 to 'select' (index out of range)
