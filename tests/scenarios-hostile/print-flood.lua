local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
for i = 1, 1e9 do print("spam") end
-- ends 2: print-flood.lua:3: print: a scenario may print 1048576 bytes in all
