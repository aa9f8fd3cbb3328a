--! replicas-in-memory.lua:6: dc:queue: a replica keeps its log in a journal: leave out store = "memory"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", store = "memory", replicas = { "a", "b" } }
