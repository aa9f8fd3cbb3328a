-- A brownout of the wide area network: 2 % of the packets are lost, and all are late. Who feels it?
--
-- For 30 seconds the way from Shanghai loses one packet in fifty, and takes ten times as long. It
-- is a stream, as TCP makes one, so loss shows as delay: what is lost is sent again, and all that
-- came behind waits for it. The collector's clicks grow older than `age`, and go to its disk buffer,
-- which promises them. Nothing is lost; the latency tells the story. At 5 % somebody loses six times
-- in a row, and the backlog takes a minute and more: --set loss=0.05.
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: a brownout between data centres",
  question = "What does a bad line cost, when no packet is lost for good?",
  duration = "2min",
  seed     = 7,
}

local rate = tb.param("rate", { default = 800, min = 10, max = 20000, unit = "clicks/s per data centre" })
local loss = tb.param("loss", { default = 0.02, min = 0.001, max = 0.5 })
local age  = tb.param("age",  { default = "1s", min = "1ms", max = "1min" })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  clicks      = tb.poisson(rate),
  spool       = { age = age },
}

tb.during("30s", "60s", "packets are lost", tb.fault.loss("shanghai", "beijing", loss))
tb.during("30s", "60s", "and all are late", tb.fault.slow_link("shanghai", "beijing", 10))

tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
tb.expect("p99 is back under 500 ms 30 s after",          sys.latency:p(99):below("500ms", { from = "90s" }))
