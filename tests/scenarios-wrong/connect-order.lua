--! connect-order.lua:8: tb.connect: cannot connect a queue to a producer; it connects producer to queue, queue or group to consumer, consumer to ledger
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
tb.connect(queue, clicks)
