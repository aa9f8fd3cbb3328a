-- Sales people of two regions ask for customers; one generator decides who gets whom, and dies for
-- three seconds with a standby beside it.
--
-- Change anything here and run it again. Where to look things up: tailback api NAME.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "My first ticket scenario",
  question = "The only one who decides dies: for how long does nobody get an answer?",
  duration = "60s", -- of virtual time: the run takes a fraction of a second
  seed     = 1,     -- the same seed is the same run, bit for bit
}

-- Knobs: tailback run FILE --set lease=5s
local rate  = tb.param("rate", { default = 50, min = 1, max = 300, unit = "rules/s per region" })
local lease = tb.param("lease", { default = "1s", min = "100ms", max = "20s" })

local sys = ticket.build {
  datacenters = { "north", "south" },
  central     = "north", -- the book of orders is here
  standby     = "south", -- and the second generator there
  lease       = lease,
  rules       = tb.poisson(rate),
  orders      = {
    customers = 10000, persons = 200, capacity = 1000,
    accept = tb.exponential("8s"), accept_within = "20s", work = "1min",
  },
  generator   = { time = tb.exponential("1ms"), examine = "20ns" },
}

-- What goes wrong, and when.
tb.during("20s", "23s", "the generator dies", tb.fault.outage(sys.generators[1]))

-- What must hold, beside the constraints of the orders, which are always checked. A check that fails
-- says when it first did, and ends the run with status 1.
tb.expect("no rule is lost", sys.checks.answered)
tb.expect("nobody writes whose turn is over", sys.checks.single)
tb.expect("rules are answered within a second again, 15 s after the crash",
  sys.latency:p(99):below("1s", { from = "35s" }))
