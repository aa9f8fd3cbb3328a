--! global-debug.lua:5: 'debug' is not available in a scenario: it would open the sandbox
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
debug.getregistry()
