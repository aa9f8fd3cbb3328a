--! replicas-not-here.lua:6: dc:queue: replicas: 'a' is not among b, and the queue stands there: add it
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", replicas = { "b" } }
