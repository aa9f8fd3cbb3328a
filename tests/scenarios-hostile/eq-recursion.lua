local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local m = {} m.__eq = function(x, y) return x == y end local r = setmetatable({}, m) == setmetatable({}, m)
-- ends 2: eq-recursion.lua:3: C stack overflow
