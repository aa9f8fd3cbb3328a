--! group-leave-stranger.lua:6: group:leave: this consumer is not of the group
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "publish_subscribe" }:group { name = "readers" }:leave(dc:consumer { name = "reader", time = "1ms" })
