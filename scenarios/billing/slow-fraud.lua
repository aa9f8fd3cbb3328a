-- Bots that stay below the thresholds: what does a rule cost that still catches them?
--
-- 200 addresses click five times as often as a user does, all the time. The rule for bursts,
-- `more_than` clicks in ten seconds, sees next to nothing. The slow rule looks further back: more
-- than `slow` clicks in a minute. Tune it: below 15 or so it catches the bots, and flags people, too.
--
--   tailback run slow-fraud.lua --set slow=12     most bots, and many people
--   tailback run slow-fraud.lua --set slow=20     hardly anybody of either
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: fraud below the thresholds",
  question = "Which rule catches who clicks slowly, and whom else?",
  duration = "2min",
  seed     = 7,
}

local rate      = tb.param("rate",      { default = 200, min = 10, max = 20000, unit = "clicks/s per data centre" })
local more_than = tb.param("more_than", { default = 15, min = 1, max = 1000, unit = "clicks in 10 s" })
local slow      = tb.param("slow",      { default = 1000, min = 1, max = 1000, unit = "clicks in 60 s" })
local USERS     = 10000

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.poisson(rate),
  users       = USERS,
  addresses   = USERS,
  rules       = {
    { by = "address", within = "10s", more_than = more_than },
    { by = "address", within = "60s", more_than = slow },
  },
}

local of_a_user = 3 * rate / USERS -- clicks per second
tb.during("10s", "110s", "bots click slowly", sys:botnet {
  datacenter = "shanghai", addresses = 200, rate_per_address = 5 * of_a_user })

tb.expect("the rule for bursts misses them", function()
  local recall = tb.measures["beijing/fraud/recall"]:value()
  return slow < 1000 or recall < 50000, ("it caught %.1f %%"):format(recall / 1e4)
end)
tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
