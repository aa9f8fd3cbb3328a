-- Each account has a budget: is it kept to the last cent?
--
-- Fails with --set budget=5000.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Nobody pays more than agreed", duration = "60s", seed = 1 }
local budget = tb.param("budget", { default = 20000, min = 1, max = 1000000 })

local here   = tb.datacenter "here"
local clicks = here:producer { name = "clicks", arrivals = tb.poisson(200),
  message = { key = tb.uniform_int(1, 10), value = tb.uniform_int(10, 50) } }
local queue  = here:queue { name = "queue" }
local bill   = here:consumer { name = "bill", workers = 2, time = "2ms" }
local books  = here:ledger { name = "books", budget = budget }
tb.connect(clicks, queue, bill, books)

tb.expect("no account is charged beyond its budget", tb.checks.budgets(books))
tb.expect("money is conserved", tb.checks.money(books))
tb.expect("half of the clicks could be charged", tb.at_end(function()
  local charged = tb.measures["here/books/charged"]:value()
  return charged > 6000, charged .. " were"
end))
