--! global-io.lua:5: 'io' is not available in a scenario: files are not reachable; use print
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
io.write("x")
