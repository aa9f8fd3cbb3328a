-- A standby takes over while the first generator still believes that it is its turn.
--
-- What you will see: the clock of the first candidate goes at half speed: it renews its lease too late,
-- and believes in it for twice as long as the coordinator has given it. The standby takes over while
-- the first goes on. Both read the same rules' queue, both know every customer, and both want the best
-- one. With the fence (the default) the book never hears of what the first decides from then on:
-- it is told, steps down, and no customer is given twice. With --set fencing=false both write: the
-- checks name the first customer who has two open orders.
-- At 40 s the one whose turn it is dies, and the other takes over after the lease; what the dead one
-- had in hand comes again when it is back as the standby, at 43 s.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: the standby takes over from one who does not know",
  question = "For a moment two generators believe that they are the only one: who stops the first?",
  duration = "60s",
  seed     = 1,
}

local fencing = tb.param("fencing", { default = true })
local rate    = tb.param("rate", { default = 150, min = 1, max = 300, unit = "rules/s per region" })

local sys = ticket.build {
  datacenters = { "north", "south" }, central = "north", standby = "south", fencing = fencing, lease = "400ms",
  rules  = tb.poisson(rate),
  orders = { customers = 30000, persons = 200, capacity = 1000, bound = 0, worth = tb.lognormal(7, 1),
             accept = tb.exponential("8s"), accept_within = "20s", work = "1min" },
  generator = { time = tb.exponential("1ms"), examine = "20ns", look_every = "10ms" },
}

tb.during("15s", "30s", "the first one's clock is slow", tb.fault.clock_skew(sys.singletons[1], 0, -0.5))
local function fail_over()
  for index, generator in ipairs(sys.generators) do
    if generator:is_active() then
      tb.log("generator " .. index .. " dies")
      generator:crash()
      tb.sleep("3s")
      generator:restart()
      return
    end
  end
end

tb.at("40s", "the generator whose turn it is dies", function() tb.process(fail_over) end)

tb.expect("no rule is lost", sys.checks.answered)
tb.expect("nobody writes whose turn is over", sys.checks.single)
tb.expect("p99 is below 1 s again 15 s after the crash", sys.latency:p(99):below("1s", { from = "55s" }))
