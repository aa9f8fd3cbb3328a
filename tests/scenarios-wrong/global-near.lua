--! global-near.lua:5: there is no global 'pirnt', did you mean 'print'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
pirnt("hello")
