--! producer-attributes.lua:6: attribute 'f' of a message is one too many: a scenario has 5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "clicks", arrivals = tb.poisson(1), message = {
  a = 1, b = 2, c = 3, d = 4, e = 5, f = 6,
} }
