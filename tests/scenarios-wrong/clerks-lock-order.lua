--! clerks-lock-order.lua:7: field 'lock_order' of dc:clerks: expected one of "as_found", "sorted", got "random"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local orders = dc:orders { name = "orders" }
local clerks = dc:clerks { name = "clerks", orders = orders, lock_order = "random" }
tb.connect(clerks, orders)
