--! billing-queue.lua:11: field 'queue' of billing.build: expected a table of fields, got "journal"
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacenters = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
  queue       = "journal",
}
