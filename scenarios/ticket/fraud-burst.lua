-- Scripts grab the best customers and let them expire: what stops them?
--
-- What you will see: from 20 s to 50 s scripts on twenty of two hundred accounts ask forty times a
-- second each for customers who are worth much, and accept none. Without a guard (--set guard=none)
-- they hold the best customers all the time: each order expires after five seconds, and the next
-- rule takes it again; honest users get what is left. With --set guard=limit an account may ask
-- three times a second: the scripts hold less, until their place in the day is all they have. With
-- guard=detect (the default) whoever asks more than thirty times in ten seconds is turned away.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: scripts grab the best customers",
  question = "Orders expire, and customers come back to the pool: so what harm can a script do?",
  duration = "60s",
  seed     = 1,
}

local guard = tb.param("guard", { default = "detect", choices = { "none", "limit", "detect" } })
local rate  = tb.param("rate", { default = 100, min = 1, max = 300, unit = "honest rules/s" })

local guards = {
  none   = {},
  limit  = { limit = { per = "key", limit = 3, period = "1s", burst = 3, over = "refuse" } },
  detect = { detect = { rules = { { by = "key", within = "10s", more_than = 30 } } } },
}

local sys = ticket.build {
  datacenters = { "office" }, central = "office",
  rules  = tb.poisson(rate),
  ask    = { key = tb.uniform_int(0, 179) },
  limit  = guards[guard].limit, detect = guards[guard].detect,
  orders = { customers = 12000, persons = 200, capacity = 2000, bound = 0, mastery = 1, worth = tb.lognormal(7, 1),
             accept = "2s", accept_within = "5s", work = "10min", idle = 20 },
  generator = { time = tb.exponential("500us"), examine = "20ns" },
}

local scripts = tb.datacenter("office"):producer {
  name = "scripts", arrivals = tb.poisson(1),
  message = { key = tb.uniform_int(180, 199), floor = 1000 },
}
tb.connect(scripts, sys.doors[1])
tb.during("20s", "50s", "scripts", tb.fault.spike(scripts, 800))

tb.expect("honest users have their answer in half a second", sys.latency:p(99):below("500ms", { from = "2s" }))
tb.expect("few customers were held for nothing", function()
  local expired = tb.measures["office/orders/expired"]:value()
  return expired < 2000, expired .. " orders expired"
end)
