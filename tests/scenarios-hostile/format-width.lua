local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(("%99999d"):format(1))
-- ends 2: format-width.lua:3: invalid conversion specification: '%99999d'
