--! group-join-nil.lua:6: group:join: expected a consumer, got a datacenter
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "publish_subscribe" }:group { name = "readers" }:join(dc)
