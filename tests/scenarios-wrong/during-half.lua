--! during-half.lua:5: a fault needs the field 'stop': a function, such as function() ... end
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.during("2s", "5s", "dark", { start = function() end })
