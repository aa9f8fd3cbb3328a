--! producer-unconnected.lua:6: producer 'beijing/clicks' sends to no queue: tb.connect(producer, queue)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "clicks", arrivals = tb.poisson(1) }
