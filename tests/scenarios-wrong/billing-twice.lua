--! billing-twice.lua:12: data centre 'beijing' has a queue called 'queue' already: choose another name
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacenters = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
}
billing.build { datacenters = { "beijing" }, central = "beijing", clicks = tb.poisson(1) }
