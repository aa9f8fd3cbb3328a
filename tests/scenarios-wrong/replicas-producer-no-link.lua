--! replicas-producer-no-link.lua:11: no link joins 'c' and 'b': c/p cannot reach b/q (write tb.link("c", "b", {...}))
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
tb.link(a, b, { latency = "1ms" })
local c = tb.datacenter "c"
tb.link("c", "a", { latency = "1ms" })
local q = a:queue { name = "q", replicas = { "a", "b" } }
local p = c:producer { name = "p", arrivals = tb.poisson(1) }
tb.connect(p, q)
