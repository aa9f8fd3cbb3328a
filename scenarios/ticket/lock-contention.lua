-- More workers, fewer orders: what row locks cost when everybody wants the best customers.
--
-- What you will see with --set design=locking and workers = 1, 2, 4 ... 128: up to the number of cores
-- the orders a second grow, then they fall, though nothing is broken and every core is busy. Each
-- worker has found the same best customer; one gets the row, the others wait for it, find the
-- customer gone and search again: of n workers up to n - 1 have worked in vain. Rules that name a
-- region lock the person first, the others the customer: so circles of waiting close, and somebody is
-- aborted (--set lock_order=sorted locks in one order, and there are none; conflicts stay).
-- With design=queue there is one worker, no lock, and the same throughput whatever `workers` says.
-- docs/systems-ticket.md has the curve, measured and explained.
-- SPDX-License-Identifier: MIT
local tb     = require "tailback"
local ticket = require "systems.ticket"

tb.scenario {
  title    = "Tickets: more workers, fewer orders",
  question = "Sixty-four workers on four cores: how many of them get anything done?",
  duration = "20s",
  seed     = 1,
}

local design  = tb.param("design", { default = "locking", choices = { "locking", "queue" } })
local workers = tb.param("workers", { default = 64, min = 1, max = 1000 })
local rate    = tb.param("rate", { default = 3000, min = 1, max = 20000, unit = "rules/s" })
local order   = tb.param("lock_order", { default = "as_found", choices = { "as_found", "sorted" } })

ticket.build {
  design = design, datacenters = { "office" }, central = "office",
  rules  = tb.poisson(rate),
  ask    = { region = tb.uniform_int(0, 1) },
  orders = { customers = 100000, persons = 50, capacity = 1000000, bound = 0, mastery = 1, worth = tb.lognormal(7, 1) },
  generator = { time = tb.exponential("1ms"), examine = "0s" },
  clerks    = { time = tb.exponential("1ms"), examine = "0s", workers = workers, cores = 4, lock_order = order },
}

tb.expect("at least 450 orders a second", tb.measures["office/orders/created"]:above(450, { from = "1s" }))
