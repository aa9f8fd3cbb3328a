local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local x <close> = setmetatable({}, { __close = function() while true do end end })
-- ends 2: close-variable.lua:3: setmetatable: '__close' is not allowed in a scenario
