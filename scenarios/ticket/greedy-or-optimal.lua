-- First come, first served; or wait a little, and serve all as well as can be.
--
-- What you will see: eight hundred rules for five hundred customers within twenty seconds, and some
-- people fit a customer better than others. The generator gathers rules for five seconds and assigns
-- each batch to the greatest total value: it reaches 0.97 of what somebody could have reached who
-- had known all rules in advance. Served one by one (--set gather=0s) each rule takes what is best
-- for itself: 0.87. With 500ms it is 0.90, with 2s 0.94, with 10s 0.99: the value grows with the window,
-- and so does every answer's time, by half the window in the mean. `--set optimal=false` gathers and
-- then serves in order of arrival: the waiting without the gain. The measure is
-- north/orders/optimum_share, in millionths.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: greedy or optimal",
  question = "What does a user's waiting buy?",
  duration = "40s",
  seed     = 1,
}

local gather  = tb.param("gather", { default = "5s", min = "0s", max = "30s", unit = "s" })
local optimal = tb.param("optimal", { default = true })
local share   = tb.param("share", { default = 0.92, min = 0, max = 1, unit = "of the optimum" })
local wait    = tb.param("wait", { default = "6s", min = "1ms", max = "60s", unit = "s" })

local sys = ticket.build {
  datacenters = { "north", "south" }, central = "north",
  rules  = tb.stages { { rate = 20, duration = "20s" }, { rate = 0, duration = "20s" } },
  ask    = { skill = tb.uniform_int(0, 5) },
  orders = { customers = 500, persons = 100, capacity = 100, spread = 0.5, bound = 0.3, worth = tb.lognormal(7, 1),
             accept = "5s", accept_within = "10s", work = "1h", remember = 4000 },
  generator = { time = "1ms", examine = "20ns", gather = gather, batch = 1000, optimal = optimal },
  queue = { lease = "1min" },
}

tb.expect("a user waits no longer than agreed", sys.latency:p(99):below(wait, { from = "2s" }))
tb.expect("the share of the optimum is reached", function()
  local reached = tb.measures["north/orders/optimum_share"]:value() / 1e6
  return reached > share, ("it is %.3f"):format(reached)
end)
