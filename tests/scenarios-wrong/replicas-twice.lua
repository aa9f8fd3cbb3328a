--! replicas-twice.lua:6: dc:queue: replicas: 'b' is in the list twice: a data centre has one replica
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", replicas = { "a", b, "b" } }
