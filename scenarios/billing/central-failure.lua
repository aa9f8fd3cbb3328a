-- The central data centre dies, and with it the queue, the billing service and whatever the disk has
-- not synced: what had been promised to whom?
--
-- Two seconds before, the billing service is stopped for a deployment, so that clicks wait in the
-- queue when the lights go out. Then Beijing is dark for 30 seconds. Meanwhile the collectors of the
-- others keep their clicks, first in memory, then on disk, where they are accepted, and send the
-- backlog when it is back: the latency shows it. Which accepted clicks survive depends on when they
-- were promised, and by whom:
--
--   tailback run central-failure.lua                      journal, always: promised once synced, so
--                                                         none is lost, none is charged twice
--   tailback run central-failure.lua --set sync=interval  the queue promises what is written: loses
--                                                         at most what the last 100 ms had not synced
--   tailback run central-failure.lua --set store=memory   promised at once: loses exactly what was in
--                                                         the queue and not yet charged, some 5,000
--   tailback run central-failure.lua --set spool=off      no disk buffer: the collectors' memory is
--                                                         all there is, and is enough for 30 s
--
-- sync=interval and store=memory make the check "exactly once" fail, with the first lost click, its
-- time and its place.
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: the central data centre dies",
  question = "Which accepted clicks does the queue still know when it is back?",
  duration = "2min",
  seed     = 7,
}

local rate  = tb.param("rate",  { default = 800, min = 10, max = 20000, unit = "clicks/s per data centre" })
local store = tb.param("store", { default = "journal", choices = { "memory", "journal" } })
local sync  = tb.param("sync",  { default = "always",  choices = { "none", "interval", "every_n", "always" } })

local spool = tb.param("spool", { default = "on", choices = { "on", "off" } })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.poisson(rate),
  queue       = { store = store, sync = sync },
  spool       = spool ~= "off" and {},
}

tb.at("28s", "billing is stopped for a deployment", function() sys.service:crash() end)
tb.at("30s", "beijing goes dark", function() sys.datacenter.beijing:fail() end)
tb.at("60s", "beijing is back",   function() sys.datacenter.beijing:recover() end)

tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
tb.expect("p99 is back under 500 ms within 30 s of recovery", sys.latency:p(99):below("500ms", { from = "90s" }))
