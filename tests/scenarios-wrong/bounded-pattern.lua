--! bounded-pattern.lua:5: string.find: this pattern might take too long on a text of 30 bytes; use fewer of * + - ?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print((("a"):rep(30)):find(("a*"):rep(30) .. "b"))
