--! orders-leave-down.lua:10: orders:leave: beijing/orders is down; do it when it is up
--!   at 2 s, in "leave"
--!   orders-leave-down.lua:10
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local orders = dc:orders { name = "orders" }
tb.at("1s", "down", function() orders:crash() end)
tb.at("2s", "leave", function() orders:leave(0, 1) end)
