--! acks-without-replicas.lua:6: dc:queue: 'acks' is of a replicated queue: say replicas = { ... } too
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", acks = "all" }
