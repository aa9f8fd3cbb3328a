--! run-handler-field.lua:11: a message has no field 'price'; it has id, key, value, born, size, attempt, kind and the attributes that its producer gives it
--!   at ... s, in on_message of beijing/billing
--!   run-handler-field.lua:11
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
local bill = dc:consumer { name = "billing", time = "1ms", on_message = function(msg)
  return msg.price > 3
end }
tb.connect(clicks, queue, bill)
