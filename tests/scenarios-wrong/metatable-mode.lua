--! metatable-mode.lua:5: setmetatable: '__mode' is not allowed in a scenario
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
setmetatable({}, { __mode = "k" })
