local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local function f(...) return select("#", ...) end local t = {} for i = 1, 1e6 do t[i] = i end print(f(table.unpack(t)))
-- ends 2: varargs-many.lua:3: too many results to unpack
