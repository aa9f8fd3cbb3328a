--! replicas-no-list.lua:6: dc:queue: replicas: expected a list of data centres, got a table
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", replicas = {} }
