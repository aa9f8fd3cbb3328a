-- Two rules in a hundred can never be understood: what becomes of the others?
--
-- What you will see: a rule that the generator cannot understand gets no answer, so its lease ends and
-- it comes again, before those that never had a turn. After three attempts the queue gives it up as
-- dead, and the rules that can be served hardly notice. With --set attempts=0 nothing is ever given up:
-- the poison comes round for ever, takes a place among those under way each time, and there is more
-- of it every second.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: a rule that always fails",
  question = "Two rules in a hundred are poison: does anybody else notice?",
  duration = "60s",
  seed     = 1,
}

local attempts = tb.param("attempts", { default = 3, min = 0, max = 100 })
local rate     = tb.param("rate", { default = 200, min = 1, max = 300, unit = "rules/s per region" })

local sys = ticket.build {
  datacenters = { "north", "south" }, central = "north",
  rules  = tb.poisson(rate),
  ask    = { action = tb.discrete { values = { 0, 2 }, weights = { 98, 2 } } },
  orders = { customers = 30000, persons = 200, capacity = 1000, worth = tb.lognormal(7, 1),
             accept = tb.exponential("5s"), accept_within = "20s", work = "1min" },
  generator = { time = tb.exponential("1ms"), examine = "20ns" },
  queue  = { attempts_max = attempts, lease = "2s", backoff = "100ms" },
}

tb.expect("p99 of the others is below 1 s", sys.latency:p(99):below("1s", { from = "2s" }))
tb.expect("poison does not pile up", function()
  local depth = sys.queues[1]:depth()
  return depth < 200, depth .. " rules are in the queue"
end)
