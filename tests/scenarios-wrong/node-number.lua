--! node-number.lua:6: tb.node: expected a text such as "beijing/queue", got number 3
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter("here"):queue { name = "queue" }
tb.node(3):crash()
