--! orders-leave-text.lua:7: orders:leave: first: expected a whole number, got "all"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local orders = dc:orders { name = "orders" }
orders:leave("all", 1)
