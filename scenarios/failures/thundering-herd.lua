-- A popular entry of a cache expires, and everybody runs to the database for it at once.
--
-- What you will see: the front page is asked for 600 times a second and takes the database 100 ms of
-- a core to make; the cache keeps it for ten seconds. The moment that it expires, every request misses
-- and goes to the database, until the first of them is back. But twenty share four cores there, so the
-- first is not back for half a second, and three hundred have come by then. All of them have the same
-- page made: seconds of work, for which whoever wants another page waits too.
--
-- The remedy, --set remedy=true: coalesce = true. The first that misses fetches, the others wait for
-- its answer.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A thundering herd",
  question = "One page of a cache expires: what does the database have to do?",
  duration = "45s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 600, min = 10, max = 2000, unit = "requests/s" })

local here  = tb.datacenter "here"
local users = here:client { name = "users", arrivals = tb.poisson(rate), key = 0, timeout = "10s" }
local other = here:client { name = "other", arrivals = tb.poisson(rate / 120), key = tb.uniform_int(1, 999) }
local cache = here:cache { name = "cache", ttl = "10s", coalesce = remedy, timeout = "10s" }
local pages = here:database { name = "pages", rows = 1000, time = "100ms", cores = 4, connections = 20 }
tb.connect(users, cache, pages)
tb.connect(other, pages)

tb.expect("nobody waits for the front page for more than a second",
  tb.measures["here/users/read_latency"]:p(100):below("1s"))
tb.expect("another page is there within a second",
  tb.measures["here/other/read_latency"]:p(99):below("1s"))
