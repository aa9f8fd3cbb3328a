--! billing-datacentres.lua:9: unknown field 'datacentres', did you mean 'datacenters'?
--! billing-datacentres.lua:8: billing.build needs the field 'datacenters': where clicks are collected, such as { "beijing", "shanghai" }
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacentres = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
}
