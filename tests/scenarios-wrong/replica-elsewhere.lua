--! replica-elsewhere.lua:7: queue:replica: a/q has no replica in 'b'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
local q = a:queue { name = "q", replicas = { "a" } }
print(q:replica(b))
