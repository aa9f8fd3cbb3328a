local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = {} setmetatable(t, { __index = function(s, k) return s[k] end }) print(t.x)
-- ends 2: index-loop.lua:3: C stack overflow
