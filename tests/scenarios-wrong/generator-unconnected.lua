--! generator-unconnected.lua: generator beijing/generator writes to no book of orders: connect it with tb.connect(generator, orders)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local orders = dc:orders { name = "orders" }
dc:generator { name = "generator", orders = orders }
