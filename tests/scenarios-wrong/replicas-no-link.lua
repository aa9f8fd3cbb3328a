--! replicas-no-link.lua: no link joins 'b' and 'a': b/q cannot reach a/q (write tb.link("b", "a", {...}))
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
tb.link(a, tb.datacenter "c", { latency = "1ms" })
a:queue { name = "q", replicas = { "a", "b" } }
