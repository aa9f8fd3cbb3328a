--! always-called.lua:6: tb.always: condition: expected a function, such as function() ... end, got true
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local function full() return true end
tb.always(full())
