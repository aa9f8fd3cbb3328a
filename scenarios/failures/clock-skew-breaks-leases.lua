-- A lease is a promise about time, and the queue's clock is not the consumer's.
--
-- What you will see: a job takes a second at most, its lease is five. At 20 s the clock of the queue
-- jumps ahead by six seconds, as a wrong time server can make it: at that moment every lease is over
-- by the queue's clock, and what the workers have in hand is given to others too. Those jobs are done
-- twice.
--
-- The remedy, --set remedy=true: not a better clock, but a guard that does not ask any clock: a ledger
-- that knows every job's number and recognises the second time.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A clock that jumps breaks every lease",
  question = "No worker is slow and none is dead: why is work done twice?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 20, min = 5, max = 30, unit = "jobs/s" })

local here   = tb.datacenter "here"
local source = here:producer { name = "source", arrivals = tb.poisson(rate), message = { value = 1 } }
local jobs   = here:queue { name = "jobs", lease = "5s", prefetch = 16 }
tb.connect(source, jobs)
local guard = remedy and here:ledger { name = "guard" }
for i = 1, 2 do
  local worker = here:consumer { name = "worker" .. i, workers = 16, time = tb.uniform("0.5s", "1s") }
  tb.connect(jobs, worker)
  if guard then tb.connect(worker, guard) end
end

tb.during("20s", "40s", "the queue's clock is wrong", tb.fault.clock_skew(jobs, 6))

tb.expect("every job has its effect exactly once", tb.checks.exactly_once)
