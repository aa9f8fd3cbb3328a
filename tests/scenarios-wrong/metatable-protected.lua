--! metatable-protected.lua:5: setmetatable: this table has a metatable already, which cannot be changed
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
setmetatable(tb, {})
