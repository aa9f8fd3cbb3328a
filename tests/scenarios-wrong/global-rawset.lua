--! global-rawset.lua:5: 'rawset' is not available in a scenario: metatables are kept
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
rawset(tb, "at", nil)
