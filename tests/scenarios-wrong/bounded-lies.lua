--! bounded-lies.lua:5: table.insert works on plain tables, without __len
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
table.insert(setmetatable({}, { __len = function() return 1 << 40 end }), 1)
