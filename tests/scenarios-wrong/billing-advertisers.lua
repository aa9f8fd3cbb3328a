--! billing-advertisers.lua:11: field 'advertisers' of billing.build: expected a whole number from 1 to 1000000000, got number 0
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacenters = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
  advertisers = 0,
}
