--! replicas-unknown.lua:6: dc:queue: replicas: there is no data centre 'shanghai'; make it with tb.datacenter "shanghai"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", replicas = { "a", "shanghai" } }
