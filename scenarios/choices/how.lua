-- How is it delivered: at most once, at least once, effectively once, on the same lossy link.
--
-- What you will see: three data centres send the same events, on the same draws, over a line that
-- loses one packet in twenty each way, to a worker that crashes twice. They differ in two decisions:
-- does the sender repeat what is not confirmed, and does the receiver recognise what it has done?
--
--   at most once      the sender does not repeat (its patience is longer than the run), and the queue
--                     forgets what it hands out: some are lost, none is done twice.
--   at least once     the sender repeats, and so does the queue until it hears an ack: none is lost,
--                     some are done twice.
--   effectively once  the same, and a ledger that knows each event's number: repetitions arrive, and
--                     have no effect. The price is a write to the disk for each event.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "How: at most, at least, effectively once",
  question = "One packet in twenty is lost: what is lost, what is done twice, what does it cost?",
  duration = "40s",
  seed     = 1,
}

local rate = tb.param("rate", { default = 200, min = 20, max = 300, unit = "events/s" })

local SIDES = { "at_most_once", "at_least_once", "effectively_once" }
local seen = {} -- of each side, by the number of the event in the order of its birth: times done

for _, side in ipairs(SIDES) do
  local once, exact = side == "at_most_once", side == "effectively_once"
  local away = tb.datacenter(side .. "-away", { draws_as = "away" })
  local here = tb.datacenter(side, { draws_as = "here" })
  tb.link(away, here, { latency = tb.uniform("5ms", "15ms"), mode = "datagram" })
  local source = away:producer {
    name = "source", arrivals = tb.stages { { rate = rate, duration = "30s" }, { rate = 0 } },
    timeout = once and "1h" or "100ms", backoff = "20ms", backoff_max = "100ms", window = 100000,
  }
  local queue = once and here:queue { name = "queue", model = "point_to_point", prefetch = 8 }
    or here:queue { name = "queue", prefetch = 8, lease = "2s" }
  seen[side] = {}
  local worker = here:consumer {
    name = "worker", workers = 4, time = tb.exponential "5ms",
    on_message = function(event) seen[side][event.id] = (seen[side][event.id] or 0) + 1 end,
  }
  tb.connect(source, queue, worker)
  if exact then tb.connect(worker, here:ledger { name = "books" }) end
  tb.during("1s", "32s", side .. ": the line loses one in twenty", tb.fault.loss(away, here, 0.05))
  tb.during("10s", "10.5s", side .. ": the worker is down", tb.fault.outage(worker))
  tb.during("20s", "20.5s", side .. ": the worker is down", tb.fault.outage(worker))
end

-- ---- the trade-off ----

local function value(name) return tb.measures[name]:value() end

-- What became of the events of a side: how many were lost, had an effect twice, took how many packets.
local function outcome(side)
  local born, packets = value(side .. "-away/source/arrived"), value(side .. "-away/source/sent")
  if side == "effectively_once" then
    return born - value(side .. "/books/charged"), 0, packets
  end
  local done, twice = 0, 0
  for _, times in pairs(seen[side]) do
    done, twice = done + 1, twice + (times > 1 and 1 or 0)
  end
  return born - done, twice, packets
end

tb.at("40s", function()
  tb.log("%-18s %8s %8s %12s %14s", "", "lost", "twice", "sent", "syncs of a disk")
  for _, side in ipairs(SIDES) do
    local lost, twice, packets = outcome(side)
    tb.log("%-18s %8d %8d %12d %14d", side, lost, twice, packets, value(side .. "/disk/syncs"))
  end
end)

tb.expect("at most once loses some, and does none twice", function()
  local lost, twice = outcome "at_most_once"
  return lost > 0 and twice == 0
end)
tb.expect("at least once loses none, and does some twice", function()
  local lost, twice = outcome "at_least_once"
  return lost == 0 and twice > 0
end)
tb.expect("effectively once loses none, and does none twice", function()
  local lost, _, _ = outcome "effectively_once"
  return lost == 0 and value "effectively_once/books/duplicates" > 0
end)
