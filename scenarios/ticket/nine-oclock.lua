-- At nine o'clock everybody clicks: for how long does a user wait, in each of three designs?
--
-- What you will see: for half a minute nine times as many rules come. One generator (design=queue)
-- decides a rule in half a millisecond and gets through the rush; users wait for some 20 ms, most of
-- it on the way. With locks (--set design=locking) 128 workers on four cores run into each other: each
-- has found the same best customer, one gets the row, the others find it gone and search again.
-- Less gets done than comes, the waiting grows to a minute, and goes on long after the rush: the
-- check of the 99th percentile fails. A generator for each region (design=partitioned) shares the
-- rush out; rules about other regions take a trip or two more.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: everybody clicks at nine o'clock",
  question = "The same load, the same rules, the same hardware: what does the design change?",
  duration = "2min",
  seed     = 1,
}

local design = tb.param("design", { default = "queue", choices = { "locking", "queue", "partitioned" } })
local calm   = tb.param("calm", { default = 40, min = 1, max = 1000, unit = "rules/s per region" })
local rush   = tb.param("rush", { default = 9, min = 1, max = 100, unit = "times as many" })

local sys = ticket.build {
  design = design, datacenters = { "north", "south", "west" }, central = "north",
  rules  = tb.poisson(calm),
  ask    = { region = tb.discrete { values = { 0, 1, 2, 3 }, weights = { 6, 1, 1, 1 } } },
  orders = { customers = 60000, persons = 600, skills = 4, mastery = 1, bound = 0.1, capacity = 1000,
             worth = tb.lognormal(7, 1), accept = tb.exponential("10s"), accept_within = "30s",
             work = tb.exponential("5min") },
  generator = { time = tb.exponential("500us"), examine = "5ns" },
  clerks    = { time = tb.exponential("500us"), examine = "5ns", workers = 128, cores = 4, hold = "2ms" },
}

local spikes = {}
for i, users in ipairs(sys.users) do
  spikes[i] = tb.fault.spike(users, rush)
end
tb.during("30s", "60s", "nine o'clock", {
  start = function() for _, spike in ipairs(spikes) do spike:start() end end,
  stop  = function() for _, spike in ipairs(spikes) do spike:stop() end end,
})

tb.expect("p99 is below 2 s, also at nine", sys.latency:p(99):below("2s", { from = "5s" }))
