local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(utf8.char(table.unpack({ 2^31 - 1, 2^31 })))
-- ends 2: utf8-charpattern.lua:3: bad argument #2 to 'char' (value out of range)
