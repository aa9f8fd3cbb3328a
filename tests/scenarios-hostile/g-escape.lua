local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(_G, _ENV.io, _ENV.os, _ENV.debug)
_ENV.tb = nil
-- ends 2: g-escape.lua:3: '_G' is not available in a scenario: write the global's name
