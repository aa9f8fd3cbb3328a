--! replicas-router.lua:9: router a/r cannot send to the replicated queue q: it does not look for the leader; connect the producer to the queue, or give the queue no replicas
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
tb.link(a, b, { latency = "1ms" })
local q = a:queue { name = "q", replicas = { "a", "b" } }
local r = a:router { name = "r" }
tb.connect(r, q)
