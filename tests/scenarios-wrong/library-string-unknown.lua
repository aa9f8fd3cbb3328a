--! library-string-unknown.lua:5: string has no 'pack'; there is byte, char, find, format, gmatch, gsub, len, lower, match, rep, reverse, sub, upper
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(("x"):pack(1))
