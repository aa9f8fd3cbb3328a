local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = setmetatable({}, { __len = function() return 1e9 end, __index = function() return "x" end }) print(#table.concat(t))
-- ends 2: concat-metatable.lua:3: table.concat works on plain tables, without __len
