local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function(x, y) for i = 1, 100 do t[i] = nil end return (x or 0) < (y or 0) end)
-- ends 0
