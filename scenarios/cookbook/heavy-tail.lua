-- Most reports are quick, some take very long: who waits for whom?
--
-- Fails with --set workers=1.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A heavy tail", duration = "60s", seed = 1 }
local workers = tb.param("workers", { default = 4, min = 1, max = 64 })

local here  = tb.datacenter "here"
local users = here:producer { name = "users", arrivals = tb.poisson(40) }
local queue = here:queue { name = "reports" }
local work  = here:consumer { name = "work", workers = workers, time = tb.pareto(1.5, "5ms") }
tb.connect(users, queue, work)

tb.expect("half of the reports are there within 50 ms", tb.measures["latency"]:p(50):below("50ms"))
