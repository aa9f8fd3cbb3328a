--! run-handler-verdict.lua:9: on_message must return tb.ack, tb.nack or nothing, not a boolean
--!   at ... s, in on_message of beijing/billing
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
local bill = dc:consumer { name = "billing", time = "1ms", on_message = function(msg)
  return false
end }
tb.connect(clicks, queue, bill)
