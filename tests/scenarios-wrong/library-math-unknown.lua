--! library-math-unknown.lua:5: math has no 'randomseed', did you mean 'random'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(math.randomseed(1))
