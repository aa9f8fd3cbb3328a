-- The data centre of the billing service dies: how long until the standby in another one charges?
--
-- The service runs in Beijing, its hot standby in Shanghai; queue and books are in Shenzhen, with the
-- coordinator that gives the lease. Beijing goes dark for 40 seconds. When its lease has ended,
-- Shanghai gets it, takes messages from where the queue stands, and charges on: within the lease
-- and a quarter, which `lease` sets. Whoever charges shows its token at the fence before the books.
-- Try --set lease=10s: the backlog grows, but nothing is lost or charged twice.
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: the standby takes over in another data centre",
  question = "For how long does nobody charge, and what decides it?",
  duration = "2min",
  seed     = 7,
}

local rate  = tb.param("rate",  { default = 800, min = 10, max = 20000, unit = "clicks/s per data centre" })
local lease = tb.param("lease", { default = "2s", min = "100ms", max = "30s" })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  standby     = "shanghai",
  queue_at    = "shenzhen",
  books       = "shenzhen",
  form        = "standby",
  lease       = lease,
  clicks      = tb.poisson(rate),
  workers     = 32,
}

tb.at("30s", "beijing goes dark", function() sys.datacenter.beijing:fail() end)
tb.at("70s", "beijing is back",   function() sys.datacenter.beijing:recover() end)

tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("nobody charges after another has taken over",  sys.checks.single)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
tb.expect("the standby took over",                        function() return sys.masters[2]:is_active() end)
tb.expect("p99 is under 500 ms again, without beijing",
  sys.latency:p(99):below("500ms", { from = "58s", to = "70s" }))
