--! run-handler-nack.lua:11: tb has no 'nak', did you mean 'nack'?
--!   at ... s, in on_message of beijing/billing
--!   run-handler-nack.lua:11
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
local bill = dc:consumer { name = "billing", time = "1ms", on_message = function(msg)
  return tb.nak
end }
tb.connect(clicks, queue, bill)
