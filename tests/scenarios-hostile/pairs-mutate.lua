local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = {} for i = 1, 100 do t[i] = i end for k in pairs(t) do t[k + 1000] = 1 end
-- ends 0
