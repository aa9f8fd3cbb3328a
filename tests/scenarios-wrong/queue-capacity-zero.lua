--! queue-capacity-zero.lua:8: field 'capacity' of dc:queue: expected a whole number from 1 to 1000000000, got number 0
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue {
  name = "queue",
  capacity = 0,
}
