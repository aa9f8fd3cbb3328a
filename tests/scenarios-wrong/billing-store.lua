--! billing-store.lua:11: field 'store' of dc:queue: expected one of "memory", "journal", got "disk"
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacenters = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
  queue       = { store = "disk" },
}
