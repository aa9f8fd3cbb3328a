local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = setmetatable({}, {}) getmetatable(t).__call = t t()
-- ends 2: call-recursion.lua:3: attempt to call a table value (local 't')
