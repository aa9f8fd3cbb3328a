-- A leader that was asleep wakes up, and finishes what it had begun as leader.
--
-- What you will see: two cashiers stand by, and a lease says which of them may book payments; the
-- other turns them away. At 20 s the one that holds the lease stops for six seconds, with bookings in
-- its hands. The lease runs out after two, and the other cashier takes over and books. At 26 s the
-- first one wakes. It had looked at its lease before it began, and nothing tells it that time has
-- passed: what it had in its hands goes to the books, out of turn, after bookings of the new leader.
-- No lease can prevent that, however short: between the look at the clock and the effect there is
-- always room for a pause.
--
-- The remedy, --set remedy=true: a fence at the books. Each lease comes with a token that grows, each
-- booking carries it, and the fence turns away any that is lower than the highest it has seen. The
-- zombie is told so; the payments' own leases at the queue bring them back to the new leader.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A zombie leader",
  question = "The old leader was only asleep: what does it do when it wakes?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 100, min = 10, max = 200, unit = "payments/s" })

local here     = tb.datacenter "here"
local shop     = here:producer { name = "shop", arrivals = tb.poisson(rate) }
local payments = here:queue { name = "payments", lease = "3s", backoff = "100ms" }
local registry = here:coordinator { name = "registry", lease = "2s" }
local fence    = here:fence { name = "fence", fencing = remedy }
local books    = here:ledger { name = "books" }
tb.connect(shop, payments)
tb.connect(fence, books)

local cashiers, pauses = {}, {}
for i = 1, 2 do
  local clerk = here:consumer { name = "clerk" .. i, workers = 8, time = "1ms" }
  cashiers[i] = here:singleton { name = "cashier" .. i, time = tb.exponential "150ms" }
  tb.connect(payments, clerk, cashiers[i], fence)
  tb.connect(registry, cashiers[i])
  pauses[i] = tb.fault.pause(cashiers[i])
end

tb.at("20s", "the leader falls asleep", function()
  for i = 1, 2 do
    if cashiers[i]:is_active() then
      pauses[i]:start()
    end
  end
end)
tb.at("26s", "it wakes up", function()
  for i = 1, 2 do
    pauses[i]:stop()
  end
end)

tb.expect("only who leads books payments", fence:single())
tb.expect("every payment is booked exactly once", tb.checks.exactly_once)
