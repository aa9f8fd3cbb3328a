--! billing-central.lua:7: billing.build: central: expected "beijing", got "beijin"
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacenters = { "beijing", "shanghai" },
  central     = "beijin",
  clicks      = tb.poisson(100),
}
