--! measure-percentile.lua:9: p is for a tally, such as a latency; beijing/queue/depth is a gauge
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
tb.connect(clicks, queue)
tb.measures["beijing/queue/depth"]:p(99)
