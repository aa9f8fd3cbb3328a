--! queue-model-later.lua:8: 'publish_subscribe' is not available yet: the one model that the world offers is 'producer_consumer'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue {
  name = "queue",
  model = "publish_subscribe",
}
