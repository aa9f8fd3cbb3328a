-- A botnet: 500 addresses click at 20 times a user's rate for half a minute. Who pays?
--
-- The detector knows nothing of bots; it counts. An address that clicks more than 8 times in ten
-- seconds is flagged: what comes from then on is charged nothing, and what was charged within
-- those ten seconds is given back. The bots hide behind addresses of real users, so some of those
-- are wronged. The world knows who is who: see precision, recall and the money wrongly charged.
--
--   tailback run fraud-burst.lua --set more_than=3    catches more, and wrongs more
--   tailback run fraud-burst.lua --set more_than=30   wrongs nobody, and lets them all through
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: a botnet clicks",
  question = "How much do advertisers pay for clicks that no person made?",
  duration = "2min",
  seed     = 7,
}

local rate      = tb.param("rate",      { default = 400, min = 10, max = 20000, unit = "clicks/s per data centre" })
local more_than = tb.param("more_than", { default = 8, min = 1, max = 1000, unit = "clicks in 10 s" })
local USERS     = 10000

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.poisson(rate),
  users       = USERS,
  addresses   = USERS,
  rules       = { { by = "address", within = "10s", more_than = more_than } },
}

local of_a_user = 3 * rate / USERS -- clicks per second
tb.during("30s", "60s", "the botnet clicks", sys:botnet {
  datacenter = "shanghai", addresses = 500, rate_per_address = 20 * of_a_user })

local function part(name)
  return tb.measures["beijing/fraud/" .. name]:value()
end

tb.expect("more than 90 % of the bots' clicks are caught", function()
  return part("recall") > 900000, ("only %.1f %%"):format(part("recall") / 1e4)
end)
tb.expect("more than 80 % of those flagged are bots'", function()
  return part("precision") > 800000, ("only %.1f %%"):format(part("precision") / 1e4)
end)
tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
