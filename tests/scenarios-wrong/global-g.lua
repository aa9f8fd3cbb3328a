--! global-g.lua:5: '_G' is not available in a scenario: write the global's name
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
_G.print = nil
