local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(setmetatable({}, { __tostring = function() error("inside") end }))
-- ends 2: error-in-tostring.lua:3: inside
