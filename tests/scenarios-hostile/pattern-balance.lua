local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print((("("):rep(2^20)):find("%b()"))
-- ends 2: pattern-balance.lua:3: this pattern takes too long on this text; use fewer of * + - ?
