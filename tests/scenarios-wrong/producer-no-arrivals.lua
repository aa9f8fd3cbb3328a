--! producer-no-arrivals.lua:6: dc:producer needs the field 'arrivals': an arrival process such as tb.poisson(800)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "clicks" }
