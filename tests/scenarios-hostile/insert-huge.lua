local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = {} table.insert(t, 2^53, 1)
-- ends 2: insert-huge.lua:3: bad argument #2 (position out of bounds)
