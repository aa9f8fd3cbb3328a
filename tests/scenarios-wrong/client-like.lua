--! client-like.lua:7: field 'like' of dc:client: expected another client, got a datacenter
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
dc:client { name = "c", arrivals = tb.poisson(1), key = 1, like = dc }
