--! library-string-changed.lua:5: string cannot be changed
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
string.rep = nil
