local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = {}, {} setmetatable(a, { __index = b }) setmetatable(b, { __index = a }) print(a.x)
-- ends 2: index-cycle.lua:3: '__index' chain too long; possible loop
