local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(string.dump(function() end))
-- ends 2: string-dump.lua:3: string has no 'dump'; there is byte, char, find, format, gmatch, gsub, len, lower
