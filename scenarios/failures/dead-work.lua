-- Busy all the time, and no use to anybody: a line of requests whose users have gone.
--
-- What you will see: the server can do 400 requests a second and gets 360; a user waits for a second,
-- then goes away. At 10 s twice as many come for ten seconds, and a line of some 3000 forms. The
-- server takes the oldest first, so whoever it serves has waited for eight seconds, and is not there
-- any more: it is 100 % busy, and nothing that it does is of use. As it does
-- little more than what comes, that goes on for more than a minute.
--
-- The remedy, --set remedy=true, in one of three ways:
--   --set way=expiry    who has waited for a second is told no, at no cost, when its turn comes
--   --set way=lifo      the newest is served first: some wait in vain, all others hardly wait
--   --set way=shedding  who finds more than 100 in line is told no at once
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A backlog of dead work",
  question = "The server is 100 % busy: how much of what it does is of use to anybody?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local way    = remedy and tb.param("way", { default = "expiry", choices = { "expiry", "lifo", "shedding" } })
local load   = tb.param("load", { default = 1, min = 0.5, max = 1.2 })

local here   = tb.datacenter "here"
local users  = here:client {
  name = "users", key = tb.uniform_int(0, 999), timeout = "1s", tries = 1, -- then the user is gone
  arrivals = tb.stages {
    { rate = 360 * load, duration = "10s" }, { rate = 720 * load, duration = "10s" }, { rate = 360 * load },
  },
}
local server = here:database {
  name = "server", rows = 1000, time = tb.exponential "10ms", cores = 4, connections = 4,
  serve = way == "lifo" and "newest" or "oldest",
  patience = way == "expiry" and "900ms" or 0,
  waiting = way == "shedding" and 100 or 10000,
}
tb.connect(users, server)

tb.expect("during the burst and after it, most of what is served is of use",
  tb.measures["here/users/answered"]:above(250 * load, { from = "12s" }))
