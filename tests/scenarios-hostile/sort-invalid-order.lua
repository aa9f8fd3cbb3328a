local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = {} for i = 1, 1e5 do t[i] = i end table.sort(t, function() return true end)
-- ends 0
