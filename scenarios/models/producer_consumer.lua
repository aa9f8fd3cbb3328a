-- producer_consumer: many producers and many consumers share one queue; each message goes to one
-- consumer, under a lease.
--
-- What you will see: two web servers put jobs into one queue, four workers share them. At 15 s a
-- worker dies with jobs in its hands. Nobody tells the queue: it goes on to send the dead one its
-- share ("packets lost"), each of these leases runs out two seconds later, and the jobs come to the
-- others. Every tenth job fails at its first try and is given back; it comes again after a backoff
-- (most of "redelivered"). One job in a thousand is poison: it
-- fails always, and is dead after five attempts instead of going round for ever. With --set
-- attempts=0 there is no limit, and the check that the poison leaves the queue fails.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "producer_consumer: leases, redelivery, dead letters",
  question = "A worker dies with jobs in its hands: who finds out, and when?",
  duration = "60s",
  seed     = 4,
}

local attempts = tb.param("attempts", { default = 5, min = 0, max = 100 })

local here = tb.datacenter "here"
local jobs = here:queue {
  name = "jobs", lease = "2s", prefetch = 8, attempts_max = attempts, backoff = "100ms", backoff_max = "1s",
}
for i = 1, 2 do
  tb.connect(here:producer {
    name = "web" .. i, arrivals = tb.poisson(200),
    message = { value = 1, fate = tb.uniform_int(1, 1000) },
  }, jobs)
end

local workers = {}
for i = 1, 4 do
  workers[i] = here:consumer {
    name = "worker" .. i, workers = 2, time = tb.exponential("12ms"),
    on_message = function(job)
      if job.fate == 1 or (job.fate <= 100 and job.attempt == 1) then
        return tb.nack
      end
    end,
  }
  tb.connect(jobs, workers[i])
end

tb.at("15s", "a worker dies", function() workers[1]:crash() end)
tb.at("35s", "it is back", function() workers[1]:restart() end)

tb.expect("every job is in exactly one state", tb.checks.conservation)
tb.expect("poison leaves the queue", function()
  return tb.measures["here/jobs/dead"]:value() > 10, "no job was given up"
end)
tb.expect("jobs are done within a second but for those of the dead worker",
  tb.measures["latency"]:p(90):below("1s"))
