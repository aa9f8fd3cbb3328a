-- Callbacks in one process, or a queue between two.
--
-- What you will see: the same events on both sides. On one, who makes an event calls the handler
-- itself: both are one process, and nothing is between them but a hand-over of one event at a time. On
-- the other they are processes of their own, with a queue in a third. From 10 s to 12 s the handler is
-- forty times as slow; at 20 s whatever process the handler is in crashes, and is back after two
-- seconds.
--
--   callbacks  an event is handled a millisecond after it was made. But the crash of the handler is the
--              crash of its caller too: what it had in hand is gone, and nothing can be made meanwhile.
--   queue      an event is handled a few milliseconds later, always; the crash loses nothing, since
--              what the handler had in hand is delivered again, and nobody else notices it.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "In-process callbacks against a queue",
  question = "The handler is slow, then it crashes: what does the one who calls it see?",
  duration = "40s",
  seed     = 1,
}

local rate = tb.param("rate", { default = 300, min = 30, max = 400, unit = "events/s" })

local arrivals = tb.stages { { rate = rate, duration = "30s" }, { rate = 0 } }
local MAKER, HANDLER = { draws_as = "maker" }, { draws_as = "handler" }

-- One process: a data centre that fails as a whole, and within which no time passes.
local process = tb.datacenter("process", MAKER)
tb.link(process, process, { latency = 0 })
local caller = process:producer {
  name = "source", arrivals = arrivals, window = 1, timeout = "100s",
  backoff = "100us", backoff_max = "1ms",
}
local hand_over = process:queue {
  name = "call", model = "point_to_point", capacity = 1, prefetch = 1, operation = 0,
}
local callback = process:consumer { name = "handler", time = tb.constant "1ms" }
tb.connect(caller, hand_over, callback)

-- Three processes.
local maker, broker = tb.datacenter("maker", MAKER), tb.datacenter "broker"
local reader = tb.datacenter("reader", HANDLER)
tb.link(maker, broker, { latency = "1ms" })
tb.link(broker, reader, { latency = "1ms" })
local source = maker:producer { name = "source", arrivals = arrivals }
local queue = broker:queue { name = "queue", prefetch = 4, lease = "3s" }
local handler = reader:consumer { name = "handler", time = tb.constant "1ms" }
tb.connect(source, queue, handler)

tb.during("10s", "12s", "the callback is slow", tb.fault.slow(callback, 40))
tb.during("10s", "12s", "the handler is slow", tb.fault.slow(handler, 40))
tb.during("20s", "22s", "the process is down", process:outage())
tb.during("20s", "22s", "the handler's process is down", reader:outage())

-- ---- the trade-off ----

local function value(name) return tb.measures[name]:value() end

local function row(side, maker_path, handler_path)
  local latency = tb.measures[handler_path .. "/latency"]
  tb.log("%-10s %8d %9d %12d %14.2f %14.2f", side, value(maker_path .. "/arrived"),
    value(handler_path .. "/finished"), value(maker_path .. "/turned_away"),
    1000 * latency:p(50):value(), 1000 * latency:max())
end

tb.at("40s", function()
  tb.log("%-10s %8s %9s %12s %14s %14s", "", "events", "handled", "turned away", "median (ms)", "longest (ms)")
  row("callbacks", "process/source", "process/handler")
  row("queue", "maker/source", "reader/handler")
end)

tb.expect("both have the same events", function()
  return value "process/source/arrived" == value "maker/source/arrived"
end)
tb.expect("a callback is faster", function()
  return tb.measures["process/handler/latency"]:p(50):value()
    < tb.measures["reader/handler/latency"]:p(50):value() / 2
end)
tb.expect("its crash takes its caller along", function()
  return value "process/source/turned_away" > rate
end)
tb.expect("by way of the queue nothing is turned away, and everything handled", function()
  return value "maker/source/turned_away" == 0
    and value "reader/handler/finished" >= value "maker/source/arrived"
end)
