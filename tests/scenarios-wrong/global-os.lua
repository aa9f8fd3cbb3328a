--! global-os.lua:5: 'os' is not available in a scenario: there is no clock but tb.now()
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(os.time())
