--! orders-idle.lua:6: field 'idle' of dc:orders: expected at most the 10 persons, got 11
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:orders { name = "orders", persons = 10, idle = 11 }
