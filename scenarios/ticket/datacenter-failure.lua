-- A region's data centre goes dark for half a minute: who waits, who does not?
--
-- What you will see with design=queue (the default): the south's users are gone, and nobody else
-- notices; the rules that the queue had accepted are answered. With --set design=partitioned the
-- south's customers are gone too: a rule of another region that asks for one of them has a place in
-- its user's day held, finds nobody to ask, and comes again until the south is back; no place is
-- used twice, no customer is given twice. With --set dark=north the centre itself is dark: then all
-- designs wait, and none loses anything.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: a data centre goes dark",
  question = "A rule of the north wants a customer of the south, which is dark: what becomes of it?",
  duration = "2min",
  seed     = 1,
}

local design = tb.param("design", { default = "queue", choices = { "locking", "queue", "partitioned" } })
local dark   = tb.param("dark", { default = "south", choices = { "north", "south", "west" } })
local rate   = tb.param("rate", { default = 50, min = 1, max = 200, unit = "rules/s per region" })

local sys = ticket.build {
  design = design, datacenters = { "north", "south", "west" }, central = "north",
  rules  = tb.poisson(rate),
  ask    = { region = tb.discrete { values = { 0, 1, 2, 3 }, weights = { 6, 1, 1, 1 } } },
  orders = { customers = 30000, persons = 300, capacity = 60, day = "60s", worth = tb.lognormal(7, 1),
             accept = tb.exponential("5s"), accept_within = "15s", work = tb.exponential("1min") },
  generator = { time = tb.exponential("1ms"), examine = "20ns" },
  clerks    = { time = tb.exponential("1ms"), examine = "20ns" },
}

tb.during("30s", "60s", dark .. " is dark", tb.datacenter(dark):outage())

if design ~= "locking" then -- whose queue is volatile: what waited for a worker is lost with it
  tb.expect("no rule is lost", sys.checks.answered)
end
tb.expect("the waiting is over 40 s after", function()
  local waiting = 0
  for _, queue in ipairs(sys.queues) do
    waiting = waiting + queue:depth()
  end
  return waiting < 100, waiting .. " rules are in the queues"
end)
