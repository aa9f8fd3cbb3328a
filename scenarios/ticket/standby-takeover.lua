-- A standby takes over while the first generator still believes that it is its turn.
--
-- What you will see: at 15 s the first generator is paused for three seconds, as by a garbage
-- collection. It renews no lease, so the standby takes over, reads the book
-- and goes on. When the pause is over, what the first had decided goes out under its old lease:
-- by what it knew then, and the standby has given the best customers away since. With the fence (the
-- default) the book never hears of it. With --set fencing=false it is written: the checks name the
-- first customer who has two open orders.
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
  datacenters = { "north", "south" }, central = "north", standby = "south", fencing = fencing,
  handover = "20ms",
  rules  = tb.poisson(rate),
  orders = { customers = 30000, persons = 200, capacity = 1000, bound = 0, worth = tb.lognormal(7, 1),
             accept = tb.exponential("8s"), accept_within = "20s", work = "1min" },
  generator = { time = tb.exponential("1ms"), examine = "20ns", look_every = "10ms" },
}

tb.during("15s", "18s", "the first generator is paused", tb.fault.pause(sys.generators[1]))
tb.during("15s", "18s", "and what it writes through", tb.fault.pause(sys.singletons[1]))
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
