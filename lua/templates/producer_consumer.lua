-- Jobs from two web servers, shared by three workers; one of the workers dies.
--
-- Change anything here and run it again. Where to look things up: tailback api NAME.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "My first scenario",
  question = "A worker dies with jobs in its hands: what becomes of them?",
  duration = "60s", -- of virtual time: the run takes a fraction of a second
  seed     = 1,     -- the same seed is the same run, bit for bit
}

-- A knob: tailback run FILE --set rate=500
local rate = tb.param("rate", { default = 200, min = 1, max = 10000, unit = "jobs/s of each server" })

-- Where things are. What is in different data centres needs a link between them.
local west, east = tb.datacenter "west", tb.datacenter "east"
tb.link("west", "east", { latency = tb.normal("20ms", "2ms") })

-- One queue. A consumer holds a message under a lease; if it does not answer in time, the message
-- goes to another one.
local jobs = east:queue { name = "jobs", lease = "2s", prefetch = 4 }

for i = 1, 2 do
  tb.connect(west:producer { name = "web" .. i, arrivals = tb.poisson(rate) }, jobs)
end

local workers = {}
for i = 1, 3 do
  workers[i] = east:consumer { name = "worker" .. i, workers = 2, time = tb.exponential("8ms") }
  tb.connect(jobs, workers[i])
end

-- What goes wrong, and when.
tb.at("20s", "a worker dies", function() workers[1]:crash() end)
tb.at("40s", "it is back", function() workers[1]:restart() end)

-- What must hold. A check that fails says when it first did, and ends the run with status 1.
tb.expect("no job is lost, and none is done twice", tb.checks.exactly_once)
tb.expect("9 of 10 jobs are done within 100 ms", tb.measures["latency"]:p(90):below("100ms"))
