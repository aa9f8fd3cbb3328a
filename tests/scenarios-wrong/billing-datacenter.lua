--! billing-datacenter.lua:14: sys.datacenter has no 'shangai', did you mean 'shanghai'?
--!   at 5 s, in "dark"
--!   billing-datacenter.lua:14
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacenters = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
}
tb.at("5s", "dark", function() sys.datacenter.shangai:fail() end)
