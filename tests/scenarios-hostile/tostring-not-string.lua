local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(setmetatable({}, { __tostring = function() return 1 end }))
-- ends 0
