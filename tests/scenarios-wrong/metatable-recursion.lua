--! metatable-recursion.lua:5: C stack overflow
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local t = setmetatable({}, { __index = function(t, k) return t[k] end })
print(t.x)
