--! metatable-string.lua:5: attempt to index a boolean value
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
getmetatable("").__index = nil
