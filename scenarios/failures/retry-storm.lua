-- A short disturbance, and retries keep a system down that is large enough: a metastable failure.
--
-- What you will see: a database that can do 400 requests a second gets 250. Whoever has no answer
-- within a second asks again, up to four times. At 10 s the database is slow for five seconds. The
-- requests of that time are asked again, and each asks for the work to be done again, though the first
-- copy is still in line. Now there are five times as many; nearly every answer is late and brings a
-- retry. The database has long been well, the load is what it was, and hardly anybody gets an answer,
-- until the end of the run.
--
-- The remedy, --set remedy=true: a retry budget. Of all requests together one in ten may be asked
-- again. When a few fail that is ample; when all fail it is next to nothing, and the line gets
-- shorter again.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A retry storm",
  question = "The disturbance is over after five seconds: when is the failure over?",
  duration = "90s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 250, min = 10, max = 330, unit = "requests/s" })

local here     = tb.datacenter "here"
local users    = here:client {
  name = "users", arrivals = tb.poisson(rate), key = tb.uniform_int(0, 999), timeout = "1s", tries = 5,
  retry_budget = remedy and 0.1 or 0,
}
local database = here:database {
  name = "database", rows = 1000, time = tb.exponential "10ms", cores = 4, connections = 4, waiting = 100000,
}
tb.connect(users, database)

tb.during("10s", "15s", "the database is slow", tb.fault.slow(database, 10))

tb.expect("half a minute after the disturbance nearly everybody gets an answer",
  tb.measures["here/users/answered"]:above(0.6 * rate, { from = "45s" }))
