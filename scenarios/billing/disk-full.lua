-- The disk buffer of a collector fills up: what happens to the clicks that find no room?
--
-- Beijing, with the queue, is dark for 40 seconds. Shanghai's collector writes its clicks to disk,
-- where there is room for `room` of them; then its memory fills up, which has room for `memory`;
-- then the browser is told no. Those clicks were never accepted: they are refused, and counted.
-- Nothing that was accepted is lost. With --set room=100000 there is room for all.
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: a disk buffer fills up",
  question = "Both buffers are full: who hears of it, and which clicks are lost?",
  duration = "2min",
  seed     = 7,
}

local rate   = tb.param("rate",   { default = 800, min = 10, max = 20000, unit = "clicks/s per data centre" })
local room   = tb.param("room",   { default = 10000, min = 1, max = 10000000, unit = "clicks on disk" })
local memory = tb.param("memory", { default = 4000, min = 1, max = 1000000, unit = "clicks in memory" })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.poisson(rate),
  memory      = memory,
  spool       = { capacity = room, size = memory },
}

tb.at("30s", "beijing goes dark", function() sys.datacenter.beijing:fail() end)
tb.at("70s", "beijing is back",   function() sys.datacenter.beijing:recover() end)

tb.expect("clicks are refused when both buffers are full, and not before", function()
  local refused = tb.measures["shanghai/clicks/refused"]:value()
  local is_short = (room + memory) / rate < 38
  return is_short == (refused > 0), ("%d were refused"):format(refused)
end)
tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
