local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = {} for i = 1, 10000 do t = setmetatable({}, { __index = t }) end print(t.x)
-- ends 2: index-chain.lua:3: '__index' chain too long; possible loop
