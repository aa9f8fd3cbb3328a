local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(setmetatable({}, { __name = {} }))
-- ends 2: name-not-string.lua:3: setmetatable: '__name' is not allowed in a scenario
