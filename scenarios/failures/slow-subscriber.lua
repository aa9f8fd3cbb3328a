-- One of two subscribers is slow: somebody has to pay for it, and the queue's settings say who.
--
-- What you will see: a publisher, a fast subscriber and one that does a third of what comes. The
-- partition holds 1000 messages, and a message stays until both have had it. So the log fills up, and
-- the publisher is held back to the pace of the slowest; the fast subscriber, who has done nothing
-- wrong, gets everything later and later.
--
-- The remedy, --set remedy=true: let the slow one pay.
--   --set pays=drop        the oldest goes when the log is full: the slow subscriber misses it
--   --set pays=disconnect  the same, and whoever is 800 behind is thrown out for five seconds, so it
--                          knows that it misses something
-- And who would pay otherwise: --set pays=publisher is the failure above; --set pays=memory keeps
-- everything, and the log grows without end.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A slow subscriber: who pays?",
  question = "One of two subscribers is three times too slow: who notices?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local pays   = tb.param("pays", {
  default = remedy and "drop" or "publisher", choices = { "publisher", "memory", "drop", "disconnect" },
})
local rate   = tb.param("rate", { default = 300, min = 150, max = 400, unit = "events/s" })

local here   = tb.datacenter "here"
local source = here:producer { name = "source", arrivals = tb.poisson(rate) }
local events = here:queue {
  name = "events", model = "publish_subscribe", prefetch = 16,
  capacity = pays == "memory" and 1000000 or 1000,
  when_full = (pays == "drop" or pays == "disconnect") and "drop_oldest" or "block",
}
tb.connect(source, events)
local function subscriber(name, time)
  local consumer = here:consumer { name = name, time = tb.exponential(time) }
  local group = events:group { name = name }
  group:join(consumer)
  return consumer, group
end
subscriber("fast", "1ms")
local slow, slow_group = subscriber("slow", "10ms")

if pays == "disconnect" then
  tb.process(function()
    while true do
      tb.sleep("100ms")
      if slow_group:lag() > 800 then
        slow_group:leave(slow)
        tb.sleep("5s")
        slow_group:join(slow)
        tb.sleep("5s")
      end
    end
  end)
end

tb.expect("the fast subscriber waits for nobody", tb.measures["here/fast/latency"]:p(99):below("500ms"))
tb.expect("the fast subscriber gets nearly all that is published", function()
  local read, born = tb.measures["here/fast/finished"]:value(), tb.measures["here/source/arrived"]:value()
  return read > 0.95 * born, ("%d of %d"):format(read, born)
end)
tb.expect("the log stays small", tb.measures["here/events/depth"]:below(1001))
