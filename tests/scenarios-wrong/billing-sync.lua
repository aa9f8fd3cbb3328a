--! billing-sync.lua:11: field 'sync' of dc:queue: expected "always", got "allways"
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local sys = billing.build {
  datacenters = { "beijing", "shanghai" },
  central     = "beijing",
  clicks      = tb.poisson(100),
  queue       = { sync = "allways" },
}
