local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
setmetatable({}, { __gc = function() while true do end end })
-- ends 2: gc-metamethod.lua:3: setmetatable: '__gc' is not allowed in a scenario
