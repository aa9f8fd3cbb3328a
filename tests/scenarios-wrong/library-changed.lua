--! library-changed.lua:5: tb cannot be changed
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.at = nil
