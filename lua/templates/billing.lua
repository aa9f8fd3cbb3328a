-- Clicks from two data centres are charged to advertisers in one of them, which fails for a while.
--
-- Change anything here and run it again. Where to look things up: tailback api NAME.
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "My first billing scenario",
  question = "The centre is dark for ten seconds: which clicks are lost?",
  duration = "60s", -- of virtual time: the run takes a fraction of a second
  seed     = 1,     -- the same seed is the same run, bit for bit
}

-- Knobs: tailback run FILE --set store=memory
local rate  = tb.param("rate", { default = 400, min = 10, max = 20000, unit = "clicks/s per data centre" })
local store = tb.param("store", { default = "journal", choices = { "memory", "journal" } })

local sys = billing.build {
  datacenters = { "north", "south" },
  central     = "north",
  clicks      = tb.poisson(rate),
  queue       = { store = store },
}

-- What goes wrong, and when.
tb.at("20s", "the centre goes dark", function() sys.datacenter.north:fail() end)
tb.at("30s", "it is back", function() sys.datacenter.north:recover() end)

-- What must hold. A check that fails says when it first did, and ends the run with status 1.
tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no advertiser overspends", sys.checks.budgets)
