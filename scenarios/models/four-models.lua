-- The four models under the same load and the same fault: what each of them keeps, and what it
-- gives up.
--
-- What you will see: in each of four data centres the same producer sends 200 messages a second to
-- a queue of another model, and the same consumer, twice as fast, takes them. At 20 s all four
-- consumers die; at 30 s they are back.
--
--   point_to_point      keeps its order and what waits in the ring; the message in the consumer's
--                       hands is lost.
--   producer_consumer   keeps everything: the lease of what the consumer had runs out, and it is
--                       delivered again.
--   publish_subscribe   keeps everything: the consumer goes on behind what it had committed, and
--                       what it had in hand is read again.
--   mvc                 shows the newest of each key, at once; the history in between is skipped.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Four models, one load, one fault",
  question = "The consumer is dead for ten seconds: what does each model owe it afterwards?",
  duration = "60s",
  seed     = 6,
}

local rate = tb.param("rate", { default = 200, min = 10, max = 390, unit = "messages/s" })

local consumers = {}
for _, model in ipairs { "point_to_point", "producer_consumer", "publish_subscribe", "mvc" } do
  local dc = tb.datacenter(model)
  local producer = dc:producer {
    name = "producer", arrivals = tb.poisson(rate), message = { key = tb.uniform_int(1, 100) },
  }
  local queue = dc:queue { name = "queue", model = model, prefetch = 1, capacity = 10000 }
  consumers[#consumers + 1] = dc:consumer { name = "consumer", time = tb.constant("2.5ms") }
  tb.connect(producer, queue, consumers[#consumers])
end

tb.at("20s", "all consumers die", function()
  for _, consumer in ipairs(consumers) do consumer:crash() end
end)
tb.at("30s", "they are back", function()
  for _, consumer in ipairs(consumers) do consumer:restart() end
end)

tb.expect("every message is in exactly one state", tb.checks.conservation)
local function measure(name) return tb.measures[name]:value() end
tb.expect("point_to_point has lost what the consumer had in hand, and no more", function()
  return measure("point_to_point/queue/delivered") - measure("point_to_point/consumer/finished") <= 2
end)
tb.expect("producer_consumer has delivered again what the consumer had in hand", function()
  return measure("producer_consumer/queue/redelivered") >= 1
end)
tb.expect("mvc has skipped what was old", function() return measure("mvc/queue/conflated") > 1000 end)
tb.expect("mvc is up to date two seconds later",
  tb.measures["mvc/consumer/latency"]:p(99):below("500ms", { from = "32s" }))
tb.expect("point_to_point has drained by 50 s",
  tb.measures["point_to_point/consumer/latency"]:p(99):below("500ms", { from = "50s" }))
tb.expect("producer_consumer has drained by 50 s",
  tb.measures["producer_consumer/consumer/latency"]:p(99):below("500ms", { from = "50s" }))
tb.expect("publish_subscribe has drained by 50 s",
  tb.measures["publish_subscribe/consumer/latency"]:p(99):below("500ms", { from = "50s" }))
