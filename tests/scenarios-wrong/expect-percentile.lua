--! expect-percentile.lua:8: tb.expect: "fast" needs a bound: add :below(...) or :above(...)
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build { datacenters = { "beijing" }, central = "beijing", clicks = tb.poisson(1) }
tb.expect("fast", sys.latency:p(99))
