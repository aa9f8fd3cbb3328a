--! acks-misspelt.lua:6: field 'acks' of dc:queue: expected "quorum", got "quorums"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", replicas = { "a", "b" }, acks = "quorums" }
