-- The only generator dies with decisions in its hands: is a rule lost, is one answered twice?
--
-- What you will see: at 20 s the generator crashes. What it had decided and not yet had written is
-- forgotten; what was written stands in the book, though nobody was told. When it is back it reads the
-- book, and the rules that nobody acknowledged come again: those that have their answer are
-- recognised ("duplicates"), the others are decided now. Each rule has one answer; users wait for
-- as long as the generator was down, and for the lease of what it had in hand. At 40 s the book
-- itself dies: its journal says what has happened, and an order that had not been accepted goes back
-- to the pool once, not twice.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: the only generator crashes",
  question = "Between deciding and writing lies a moment: what becomes of the rules in it?",
  duration = "90s",
  seed     = 1,
}

local rate = tb.param("rate", { default = 100, min = 1, max = 300, unit = "rules/s per region" })

local sys = ticket.build {
  datacenters = { "north", "south" }, central = "north",
  rules  = tb.poisson(rate),
  orders = { customers = 20000, persons = 200, capacity = 1000, worth = tb.lognormal(7, 1),
             accept = tb.exponential("8s"), accept_within = "10s", work = "20s" },
  generator = { time = tb.exponential("1ms"), examine = "20ns" },
}

tb.during("20s", "25s", "the generator is down", sys.generators[1]:outage())
tb.during("40s", "43s", "the book is down", sys.orders:outage())

tb.expect("no rule is lost", sys.checks.answered)
tb.expect("p99 is below 1 s again 15 s after the last recovery", sys.latency:p(99):below("1s", { from = "58s" }))
tb.expect("orders that nobody accepted went back to the pool", function()
  return tb.measures["north/orders/expired"]:value() > 0
end)
