--! metatable-gc.lua:5: setmetatable: '__gc' is not allowed in a scenario
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
setmetatable({}, { __gc = print })
