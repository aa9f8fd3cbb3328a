-- The load follows the day: is the night long enough for what the day has left?
--
-- Fails with --set workers=2.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Day and night", duration = "60s", seed = 1 }
local workers = tb.param("workers", { default = 4, min = 1, max = 64 })

local here = tb.datacenter "here"
local users = here:producer { name = "users",
  arrivals = tb.diurnal { rate = 200, amplitude = 0.8, period = "1min", peak = "20s" } }
local mails = here:queue { name = "mails", prefetch = 16 }
local send  = here:consumer { name = "send", workers = workers, time = tb.exponential("15ms") }
tb.connect(users, mails, send)

tb.expect("by day there is a backlog", function() return tb.measures["here/mails/depth"]:max() > 100 end)
tb.expect("by night it is gone", tb.measures["here/mails/depth"]:below(50, { from = "48s", to = "58s" }))
