-- Where is a message kept: nowhere, in memory, in a journal; through the same crash.
--
-- What you will see: the same messages, on the same draws, to four queues, each in a data centre of its
-- own. The reader is down from 10 s on, so that messages wait; at 15 s every data centre loses its power
-- for two seconds; at 20 s the readers are back.
--
--   nothing   a queue with room for 64 messages hands over or sends back: what waits, waits with its
--             sender, who outlives the crash. Lost is what the ring held, 64 messages, and what it
--             had handed out; but everybody waits for the reader.
--   memory    takes everything, fast, and has lost it after the crash.
--   journal   written but not synced (sync = "none"): what the system had not yet brought to the
--             disk is lost.
--   synced    written and synced (sync = "always"): keeps everything; a message is accepted
--             milliseconds later, and the disk has much to do.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Where: nothing stored, memory, journal, synced journal",
  question = "The power fails while messages wait: what does each of the queues still have?",
  duration = "40s",
  seed     = 1,
}

local rate = tb.param("rate", { default = 200, min = 20, max = 300, unit = "messages/s" })

local SIDES = {
  { name = "nothing", fields = { model = "point_to_point", capacity = 64 } },
  { name = "memory", fields = {} },
  { name = "journal", fields = { store = "journal", sync = "none" } },
  { name = "synced", fields = { store = "journal", sync = "always" } },
}

local away = tb.datacenter "away"
local readers = {}
local seen = {} -- of each side: how many different messages were read, and which

for _, side in ipairs(SIDES) do
  local senders = tb.datacenter(side.name .. "-senders", { draws_as = "senders" })
  local here = tb.datacenter(side.name, { draws_as = "here" })
  tb.link(senders, here, { latency = "5ms" })
  tb.link(away, here, { latency = "5ms" })
  local source = senders:producer {
    name = "source", arrivals = tb.stages { { rate = rate, duration = "30s" }, { rate = 0 } },
    timeout = "1s", backoff = "50ms", backoff_max = "100ms",
  }
  side.fields.name, side.fields.prefetch = "queue", 8
  local queue = here:queue(side.fields)
  seen[side.name] = { count = 0 }
  local mine = seen[side.name]
  local reader = away:consumer {
    name = side.name, workers = 4, time = tb.exponential "5ms",
    on_message = function(message)
      if not mine[message.id] then mine[message.id], mine.count = true, mine.count + 1 end
    end,
  }
  tb.connect(source, queue, reader)
  readers[#readers + 1] = reader
  tb.during("15s", "17s", side.name .. ": no power", here:outage())
end

tb.at("10s", "the readers stop", function() for _, reader in ipairs(readers) do reader:crash() end end)
tb.at("20s", "they are back", function() for _, reader in ipairs(readers) do reader:restart() end end)

-- ---- the trade-off ----

local function value(name) return tb.measures[name]:value() end

local function lost(side) return value(side .. "-senders/source/arrived") - seen[side].count end

tb.at("40s", function()
  tb.log("%-10s %8s %20s %18s %16s", "", "lost", "waited with sender", "p99 latency (s)", "syncs of a disk")
  for _, side in ipairs(SIDES) do
    local name = side.name
    tb.log("%-10s %8d %20d %18.2f %16d", name, lost(name), tb.measures[name .. "-senders/source/held"]:max(),
      tb.measures["away/" .. name .. "/latency"]:p(99):value(), value(name .. "/disk/syncs"))
  end
end)

tb.expect("what is stored nowhere waits with its sender, and hardly any is lost", function()
  return lost "nothing" <= 80 and tb.measures["nothing-senders/source/held"]:max() > 5 * rate
end)
tb.expect("memory loses what waits in it", function() return lost "memory" > 3 * rate end)
tb.expect("a journal that is not synced loses some", function() return lost "journal" > 0 end)
tb.expect("a synced journal loses nothing", function() return lost "synced" == 0 end)
