--! library-unknown.lua:5: tb has no 'prosess', did you mean 'process'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.prosess(print)
