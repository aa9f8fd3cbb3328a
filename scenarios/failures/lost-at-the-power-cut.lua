-- Acknowledged, and lost: a queue that answers before its disk does.
--
-- What you will see: the queue writes a journal, and answers "accepted" as soon as it has written,
-- without waiting for the disk (sync = "none"). The reader is down for a while, so messages wait; at
-- 20 s the data centre loses its power. What the operating system had not yet brought to the disk is
-- gone, though its sender was told that it was kept.
--
-- The remedy, --set remedy=true: sync = "always". Each answer waits for the disk, in groups, so the
-- price is milliseconds, not throughput.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Lost at the power cut",
  question = "The journal was written: is it on the disk?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 300, min = 10, max = 1000, unit = "messages/s" })

local away, here = tb.datacenter "away", tb.datacenter "here"
tb.link(away, here, { latency = "5ms" })
local source = away:producer { name = "source", arrivals = tb.poisson(rate) }
local queue  = here:queue { name = "queue", store = "journal", sync = remedy and "always" or "none" }
local reader = away:consumer { name = "reader", workers = 4, time = tb.exponential "2ms" }
local books  = away:ledger { name = "books" } -- knows a message that is delivered a second time
tb.connect(source, queue, reader, books)

tb.at("10s", "the reader stops", function() reader:crash() end)
tb.at("20s", "the power fails", function() here:fail() end)
tb.at("25s", "and is back", function() here:recover() end)
tb.at("26s", "the reader goes on", function() reader:restart() end)

tb.expect("what was accepted is delivered", tb.checks.exactly_once)
