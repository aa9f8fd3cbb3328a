-- The evening: ten times the clicks for half a minute. Does the service grow with them?
--
-- The topic has 16 partitions by advertiser, and two instances share them. When the spike comes,
-- six more instances join the group: the partitions are assigned anew, the backlog goes down, and
-- every advertiser's clicks stay in their order. --set grows=off leaves it to two: watch the lag.
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: the evening peak",
  question = "How long is a click late, with two instances and with eight?",
  duration = "2min",
  seed     = 7,
}

local rate  = tb.param("rate",  { default = 200, min = 10, max = 100000, unit = "clicks/s per data centre" })
local grows = tb.param("grows", { default = "on", choices = { "on", "off" } })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  form        = "partitioned",
  instances   = 8,
  service     = tb.exponential(0.8 / rate), -- an instance is busy at 1.25 times one data centre's rate
  queue       = { partitions = 16 },
  clicks      = tb.stages {
    { rate = rate, duration = "30s" },
    { rate = rate * 2, duration = "10s" },
    { rate = rate * 10 / 3, duration = "30s" },
    { rate = rate, duration = "50s" },
  },
}

tb.at(0, "two instances", function() sys:scale(2) end)
tb.at("40s", "the peak: ten times the clicks", function()
  if grows == "on" then
    sys:scale(8)
  end
end)
tb.at("90s", "two instances again", function() sys:scale(2) end)

tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("an advertiser's clicks are charged in order",  sys.checks.order)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
