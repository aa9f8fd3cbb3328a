--! run-flood.lua:8: field 'subscribe_every' of dc:consumer: expected a duration of at least 1ms, got "1ns"
--! run-flood.lua:8: consumer 'beijing/billing' takes from no queue: tb.connect(queue, consumer)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local queue = dc:queue { name = "queue" }
local bill = dc:consumer { name = "billing", time = 0, subscribe_every = "1ns" }
