-- At noon half of the sales people leave: what becomes of their orders, and of their rules?
--
-- What you will see: at 30 s a hundred people leave. What they had is recalled in that moment, and
-- each of those customers is free again once. What the generator had decided for them before it
-- knew is not written: the book says "decide again", and the rule is answered with nothing. Those who
-- are still there get what is left, until their day is full; at 60 s the others are back.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: half of the sales staff leaves at noon",
  question = "A decision is on its way while the person leaves: who gets the customer?",
  duration = "90s",
  seed     = 1,
}

local design = tb.param("design", { default = "queue", choices = { "locking", "queue", "partitioned" } })
local rate   = tb.param("rate", { default = 100, min = 1, max = 200, unit = "rules/s per region" })

local sys = ticket.build {
  design = design, datacenters = { "north", "south" }, central = "north",
  rules  = tb.poisson(rate),
  orders = { customers = 4000, persons = 200, capacity = 40, worth = tb.lognormal(7, 1),
             accept = tb.exponential("10s"), accept_within = "20s", work = tb.exponential("30s") },
  generator = { time = tb.exponential("1ms"), examine = "20ns" },
  clerks    = { time = tb.exponential("1ms"), examine = "20ns" },
}

-- People 0 to 99 are those of the north: every second one of each region leaves.
local function every_second(act)
  for person = 0, 199, 2 do
    act(sys.orders, person, 1)
  end
end

tb.at("30s", "half of the staff leaves", function() every_second(sys.orders.leave) end)
tb.at("60s", "they are back", function() every_second(sys.orders.come_back) end)

local created = tb.measures["north/orders/created"]

tb.expect("their orders went back to the pool", function()
  return tb.measures["north/orders/recalled"]:value() > 0
end)
tb.expect("those who stay go on", created:above(0, { from = "31s", to = "40s" }))
