-- The data centre of the queue loses its power: what had it promised?
--
-- Fails with --set sync=none.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A power cut", duration = "60s", seed = 1 }
local sync = tb.param("sync", { default = "always", choices = { "always", "interval", "every_n", "none" } })

local away, here = tb.datacenter "away", tb.datacenter "here"
tb.link(away, here, { latency = "5ms" })
local shop  = away:producer { name = "shop", arrivals = tb.poisson(200) }
local queue = here:queue { name = "orders", store = "journal", sync = sync }
local clerk = away:consumer { name = "clerk", workers = 4, time = tb.exponential("4ms") }
local books = away:ledger { name = "books" }
tb.connect(shop, queue, clerk, books)

tb.during("15s", "26s", "the clerk pauses, so orders wait", clerk:outage())
tb.during("20s", "25s", "no power", here:outage())
tb.expect("what was accepted is in the books once", tb.checks.exactly_once)
