-- The last day of the month: budgets run out. How much is served that nobody pays for?
--
-- A whole day of clicks, half a million: few in the morning, most at nine in the evening. The large
-- advertisers have spent their budgets before the day is over; their clicks are counted as over
-- budget, and their price as overdelivered: the gap between serving and charging. (With --set
-- rate=193 the clicks are 50 million, which take minutes and 4 GB.)
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: the last day of the month",
  question = "Who still serves an advertiser whose budget is spent?",
  duration = "24h",
  seed     = 7,
}

local rate = tb.param("rate", { default = 1.93, min = 0.1, max = 2000, unit = "clicks/s per data centre" })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.diurnal { rate = rate, amplitude = 0.8, peak = "21h" },
  budget      = math.floor(rate * 3 * 86400 * 3e7 / 50), -- the largest would spend some six times this
  queue       = { operation = "0s" },
  workers     = 64,
  linger      = "0s",
}

tb.expect("some advertiser has spent its budget", function()
  return tb.measures["beijing/ledger/over_budget"]:value() > 0
end)
tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
