-- A consumer that stops for longer than its lease does everything twice.
--
-- What you will see: at 20 s a payment worker stops for eight seconds, as a long garbage collection
-- or a moved virtual machine does. It is not dead, and it does not know that it slept. But the leases
-- of what it had in hand run out after five seconds, and the queue gives those payments to the other
-- worker. Then the sleeper wakes, finishes its own, and each of them has been paid twice
-- ("duplicated"). Its late acks are refused as stale, which is right, and too late.
--
-- The remedy, --set remedy=true: a lease that is longer than any pause, here 20 s; the price is that
-- the work of a worker that is really dead waits so long. (A guard at what is written to, which
-- knows every payment's number, is the better one: see billing/datacenter-failure.lua.)
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A pause that is longer than the lease",
  question = "The worker was only asleep: who has done its work meanwhile?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 100, min = 10, max = 300, unit = "payments/s" })

local here = tb.datacenter "here"
local shop = here:producer { name = "shop", arrivals = tb.poisson(rate) }
local jobs = here:queue { name = "payments", lease = remedy and "20s" or "5s", prefetch = 8 }
tb.connect(shop, jobs)

local workers = {}
for i = 1, 2 do
  workers[i] = here:consumer { name = "worker" .. i, workers = 4, time = tb.exponential "10ms" }
  tb.connect(jobs, workers[i])
end

tb.during("20s", "28s", "a worker sleeps", tb.fault.pause(workers[1]))

tb.expect("every payment is made exactly once", tb.checks.exactly_once)
