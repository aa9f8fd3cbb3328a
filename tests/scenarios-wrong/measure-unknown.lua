--! measure-unknown.lua:9: there is no measure 'beijing/queue/deph', did you mean 'beijing/queue/depth'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
tb.connect(clicks, queue)
print(tb.measures["beijing/queue/deph"])
