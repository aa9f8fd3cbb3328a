--! expect-limit.lua:8: below: limit: expected a duration such as "5s", "30ms" or "2min", got "500 parsecs"
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build { datacenters = { "beijing" }, central = "beijing", clicks = tb.poisson(1) }
tb.expect("fast", sys.latency:p(99):below("500 parsecs"))
