--! bounded-pattern.lua:5: this pattern takes too long on this text; use fewer of * + - ?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print((("a"):rep(30)):find(("a*"):rep(30) .. "b"))
