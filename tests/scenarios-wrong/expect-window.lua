--! expect-window.lua:8: unknown field 'form', did you mean 'from'?
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build { datacenters = { "beijing" }, central = "beijing", clicks = tb.poisson(1) }
tb.expect("fast", sys.latency:p(99):below("500ms", { form = "85s" }))
