--! leader-of-one.lua:7: queue:leader: a/q is not replicated: say replicas = { ... } when you make it
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
local q = a:queue { name = "q" }
print(q:leader())
