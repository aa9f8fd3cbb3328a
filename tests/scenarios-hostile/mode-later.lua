local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local m = {} local t = setmetatable({}, m) m.__mode = "k" for i = 1, 1e5 do t[{}] = i end
-- ends 0
