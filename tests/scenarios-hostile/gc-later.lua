local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local m = {} local t = setmetatable({}, m) m.__gc = function() error("gc") end t = nil for i = 1, 1e6 do local x = {} end
-- ends 0
