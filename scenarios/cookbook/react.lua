-- When the queue has grown too long, an operator comes after three seconds and starts a second worker.
--
-- Fails with --set alarm=2000.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Somebody reacts", duration = "60s", seed = 1 }
local alarm = tb.param("alarm", { default = 200, min = 1, max = 100000 })

local here   = tb.datacenter "here"
local users  = here:producer { name = "users", arrivals = tb.poisson(150) }
local queue  = here:queue { name = "jobs", prefetch = 16 }
local first  = here:consumer { name = "first", time = tb.exponential("10ms") }
local second = here:consumer { name = "second", time = tb.exponential("10ms") }
tb.connect(users, queue, first)
tb.connect(queue, second)
tb.at("0s", function() second:crash() end)

tb.process(function()
  tb.wait_until(function() return queue:depth() > alarm end)
  tb.log("alarm: %d jobs", queue:depth())
  tb.sleep("3s")
  second:restart()
end)
tb.expect("there are never more than 1,000 jobs", tb.measures["here/jobs/depth"]:below(1001))
