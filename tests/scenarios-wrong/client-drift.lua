--! client-drift.lua:7: dc:client: drift_every needs the field 'keys': how many keys there are
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
dc:client { name = "c", arrivals = tb.poisson(1), key = 1, drift_every = "1s" }
