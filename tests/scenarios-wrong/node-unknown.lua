--! node-unknown.lua:6: tb.node: there is no node 'here/queu', did you mean 'here/queue'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter("here"):queue { name = "queue" }
tb.node("here/queu"):crash()
