-- At nine o'clock everybody clicks: for how long does a user wait, in each of three designs?
--
-- What you will see: for half a minute twice as many rules come as a second has room for. With locks
-- (--set design=locking) thirty-two workers run into each other: every order makes the others that
-- wanted the same customer search again, so they get less done than one would who works alone, and
-- the waiting goes on long after the rush. One generator (design=queue) gets through the rush
-- without losing a moment to conflicts; it waits for nobody. A generator for each region
-- (design=partitioned) shares the rush out: rules about other regions cost a trip or two more.
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
local rush   = tb.param("rush", { default = 8, min = 1, max = 100, unit = "times as many" })

local sys = ticket.build {
  design = design, datacenters = { "north", "south", "west" }, central = "north",
  rules  = tb.poisson(calm),
  ask    = { region = tb.discrete { values = { 0, 1, 2, 3 }, weights = { 6, 1, 1, 1 } }, skill = tb.uniform_int(0, 4) },
  orders = { customers = 60000, persons = 600, skills = 4, capacity = 1000, worth = tb.lognormal(7, 1),
             accept = tb.exponential("10s"), accept_within = "30s", work = tb.exponential("5min") },
  generator = { time = tb.exponential("500us"), examine = "5ns" },
  clerks    = { time = tb.exponential("500us"), examine = "5ns", workers = 128, cores = 4, hold = "2ms" },
}

for _, users in ipairs(sys.users) do
  tb.during("30s", "60s", "nine o'clock", tb.fault.spike(users, rush))
end

if design ~= "locking" then
  tb.expect("p99 is below 2 s, also at nine", sys.latency:p(99):below("2s", { from = "5s" }))
end
