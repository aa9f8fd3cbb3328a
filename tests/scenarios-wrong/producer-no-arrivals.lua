--! producer-no-arrivals.lua:7: dc:producer needs the field 'arrivals': an arrival process such as tb.poisson(800)
--! producer-no-arrivals.lua:7: producer 'beijing/clicks' sends to no queue: tb.connect(producer, queue)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "clicks" }
