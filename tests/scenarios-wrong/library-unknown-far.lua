--! library-unknown-far.lua:5: tb has no 'teleport'; docs/api.md has all that there is
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.teleport()
