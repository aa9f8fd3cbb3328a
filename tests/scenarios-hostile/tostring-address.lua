local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(tostring({}), tostring(print), ("%p"):format({}))
-- ends 2: tostring-address.lua:3: string.format: '%p' is an address, which no run repeats
