-- First come, first served; or wait a little, and serve all as well as can be.
--
-- What you will see: sixteen hundred rules for eight hundred customers, who fit some people better than
-- others. Served one by one, each rule takes what is best for itself, and the later ones get what is
-- left. With --set gather=2s the generator gathers rules for two seconds and assigns each batch to the
-- greatest total value: the share of what could have been reached with perfect knowledge
-- ("optimum_share", in millionths) grows with the window, and so does every answer's time, by half
-- the window in the mean. `--set optimal=false` gathers and then serves in order of arrival: the
-- waiting without the gain.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: greedy or optimal",
  question = "What does a user's waiting buy?",
  duration = "80s",
  seed     = 1,
}

local gather  = tb.param("gather", { default = "2s", min = "0s", max = "30s", unit = "s" })
local optimal = tb.param("optimal", { default = true })
local share   = tb.param("share", { default = 0.93, min = 0, max = 1, unit = "of the optimum" })
local wait    = tb.param("wait", { default = "5s", min = "1ms", max = "60s", unit = "s" })

local sys = ticket.build {
  datacenters = { "north", "south" }, central = "north",
  rules  = tb.poisson(10),
  ask    = { skill = tb.uniform_int(0, 5) },
  orders = { customers = 1000, persons = 100, capacity = 100, spread = 0.5, bound = 0.3, worth = tb.lognormal(7, 0.3),
             accept = "5s", accept_within = "10s", work = "1h", remember = 4000 },
  generator = { time = "1ms", examine = "20ns", gather = gather, batch = 1000, optimal = optimal },
}

tb.expect("a user waits no longer than agreed", sys.latency:p(99):below(wait, { from = "2s" }))
tb.expect("the share of the optimum is reached", function()
  local reached = tb.measures["north/orders/optimum_share"]:value() / 1e6
  return reached > share, ("it is %.3f"):format(reached)
end)
