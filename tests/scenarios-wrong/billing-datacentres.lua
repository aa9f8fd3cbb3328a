--! billing-datacentres.lua:8: unknown field 'datacentres', did you mean 'datacenters'?
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacentres = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
}
