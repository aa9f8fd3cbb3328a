local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print((("a"):rep(30)):match(("a*"):rep(30) .. "b"))
-- ends 2: pattern-backtrack.lua:3: this pattern takes too long on this text; use fewer of * + - ?
