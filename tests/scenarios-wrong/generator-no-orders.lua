--! generator-no-orders.lua:6: dc:generator needs the field 'orders': the book of orders, from dc:orders
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:generator { name = "generator" }
