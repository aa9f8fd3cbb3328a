--! measure-limit.lua:9: tb.latency: expected a measure with percentiles, such as tb.measures["beijing/billing/latency"], got a measure
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
tb.connect(clicks, queue)
tb.latency(tb.measures["beijing/queue/depth"])
