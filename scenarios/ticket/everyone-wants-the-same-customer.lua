-- Ten customers are worth more than all others, and every rule is about them.
--
-- What you will see: with design=queue (the default) ten rules get a customer, and the thousands after
-- them an answer: nobody matches. It is as quick as any other. With --set design=locking sixty-four
-- workers fight over ten rows: while one has a customer's row the others wait for it, to find it
-- gone ("conflicts"); then the fight is over, and it is quick too. Orders that nobody accepts within
-- five seconds put their customer back, and the fight begins again.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: everyone wants the same customer",
  question = "A thousand users ask for ten customers: what do the others get, and when?",
  duration = "30s",
  seed     = 1,
}

local design = tb.param("design", { default = "queue", choices = { "locking", "queue" } })
local rate   = tb.param("rate", { default = 500, min = 1, max = 900, unit = "rules/s" })

local sys = ticket.build {
  design = design, datacenters = { "office" }, central = "office",
  rules  = tb.poisson(rate),
  ask    = { floor = 1000000 },
  orders = { customers = 10000, persons = 1000, capacity = 10, bound = 0, closed = 0, mastery = 1,
             worth = tb.discrete { values = { 1000, 2000000 }, weights = { 9990, 10 } },
             accept = tb.exponential("10s"), accept_within = "5s", work = "1s" },
  generator = { time = tb.exponential("1ms"), examine = "20ns" },
  clerks    = { time = tb.exponential("1ms"), examine = "20ns", workers = 64 },
}

tb.expect("everybody has an answer within half a second", sys.latency:p(99):below("500ms", { from = "1s" }))
tb.expect("somebody else had a turn when an order expired", function()
  local created = tb.measures["office/orders/created"]:value()
  local expired = tb.measures["office/orders/expired"]:value()
  return expired > 0 and created > expired, ("%d orders, %d expired"):format(created, expired)
end)
if design == "locking" then
  tb.expect("workers fought over rows", function()
    return tb.measures["office/clerks/conflicts"]:value() > 0
  end)
end
