--! billing-no-clicks.lua:7: billing.build needs the field 'clicks': arrivals such as tb.poisson(800)
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

billing.build { datacenters = { "beijing" }, central = "beijing" }
