--! global-xpcall.lua:5: 'xpcall' is not available in a scenario: use pcall
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
xpcall(print, print)
