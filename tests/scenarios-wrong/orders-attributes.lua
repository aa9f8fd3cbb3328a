--! orders-attributes.lua:9: dc:orders: the attributes of a rule are region, skill, floor, priority, action; a scenario has 5, and has named others before
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local queue = dc:queue { name = "queue" }
local users = dc:producer { name = "users", arrivals = tb.poisson(1), message = { colour = 1 } }
tb.connect(users, queue)
dc:orders { name = "orders" }
