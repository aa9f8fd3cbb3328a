--! producer-arrivals-number.lua:7: field 'arrivals' of dc:producer: expected an arrival process such as tb.poisson(800), got number 800
--! producer-arrivals-number.lua:7: producer 'beijing/clicks' sends to no queue: tb.connect(producer, queue)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "clicks", arrivals = 800 }
