-- A data centre dies at the evening peak: is any click lost, is any charged twice?
--
-- Shanghai, which only collects clicks, goes dark for 45 seconds. Every click that was accepted, by
-- the queue or by the disk buffer, is charged once. What the dying collector still held in its
-- memory had not been accepted: it is counted as lost before acceptance, a few dozen. Clicks that
-- come while Shanghai is dark are turned away.
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: a data centre dies at the evening peak",
  question = "Which clicks are at risk between the crash and the recovery?",
  duration = "2min",
  seed     = 7,
}

local rate  = tb.param("rate",  { default = 800, min = 10, max = 20000, unit = "clicks/s per data centre" })
local store = tb.param("store", { default = "journal", choices = { "memory", "journal" } })
local sync  = tb.param("sync",  { default = "always",  choices = { "none", "interval", "every_n", "always" } })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.poisson(rate),
  views       = tb.poisson(rate / 4),
  queue       = { store = store, sync = sync },
}

tb.at("30s", "shanghai goes dark", function() sys.datacenter.shanghai:fail() end)
tb.at("75s", "shanghai is back",   function() sys.datacenter.shanghai:recover() end)

tb.expect("every accepted event is charged exactly once", sys.checks.exactly_once)
tb.expect("no event vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
tb.expect("p99 is back under 500 ms within 10 s of recovery", sys.latency:p(99):below("500ms", { from = "85s" }))
