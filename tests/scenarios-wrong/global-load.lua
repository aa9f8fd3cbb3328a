--! global-load.lua:5: 'load' is not available in a scenario: code is loaded with require
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
load("return 1")()
