--! scenario-twice.lua:5: tb.scenario was called already: a file is one scenario
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.scenario { title = "again", duration = 1 }
