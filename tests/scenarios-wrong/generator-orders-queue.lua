--! generator-orders-queue.lua:6: field 'orders' of dc:generator: expected the book of orders, from dc:orders, got a queue
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:generator { name = "generator", orders = dc:queue { name = "queue" } }
