local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
string.format = function() return "x" end print(("%d"):format(1))
-- ends 2: string-lib-change.lua:3: string cannot be changed
