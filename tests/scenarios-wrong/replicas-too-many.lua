--! replicas-too-many.lua:8: dc:queue: replicas: at most 7, got 8
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
local names = { "a", "b", "c", "d", "e", "f", "g", "h" }
for _, name in ipairs(names) do tb.datacenter(name) end
a:queue { name = "q", replicas = names }
