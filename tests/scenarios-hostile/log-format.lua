local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.log("%s %n", 1)
-- ends 2: log-format.lua:3: bad argument #3 (no value)
