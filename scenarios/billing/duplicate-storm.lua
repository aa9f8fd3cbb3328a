-- A collector crashes and replays its disk buffer: who notices that most of it was sent already?
--
-- The way to the queue is cut for 20 seconds; Shanghai's collector writes its clicks to disk. When
-- the way is free it sends them, and just then it crashes. What its journal says is all that it
-- remembers, and a journal is dropped by whole segments: so the collector sends again what
-- the queue has long had. The queue takes it; the deduplicator and the ledger do not.
--
--   tailback run duplicate-storm.lua --set span=2s    the deduplicator forgets too early: duplicates
--                                                     slip past it, and the ledger recognises them
--   tailback run duplicate-storm.lua --set span=2s --set remember=2s
--                                                     and when the ledger forgets, too, they are
--                                                     charged twice: the check fails
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: a storm of duplicates",
  question = "How far back must a system remember what it has charged?",
  duration = "90s",
  seed     = 7,
}

local rate     = tb.param("rate",     { default = 800, min = 10, max = 20000, unit = "clicks/s per data centre" })
local span     = tb.param("span",     { default = "10min", min = "1ms", max = "1h" })
local remember = tb.param("remember", { default = "0s", min = "0s", max = "1h" })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.poisson(rate),
  spool       = { segment_size = "4MiB" },
  dedup       = { span = span },
  remember    = remember,
}

tb.during("20s", "40s", "the way from shanghai is cut", tb.fault.cut("shanghai", "beijing"))
tb.at("48s", "shanghai's collector crashes", function()
  sys.spools.shanghai:crash()
  sys.collectors.shanghai:crash()
end)
tb.at("50s", "it replays its disk buffer", function()
  sys.spools.shanghai:restart()
  sys.collectors.shanghai:restart()
end)

tb.expect("it was a storm: a thousand duplicates or more", function()
  local dedup = tb.measures["beijing/dedup/suppressed"]:value() + tb.measures["beijing/dedup/slipped"]:value()
  return dedup >= 1000, ("only %d"):format(dedup)
end)
tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
