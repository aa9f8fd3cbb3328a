-- Micro-batches behind a topic, or a consumer that takes each event by itself.
--
-- What you will see: two data centres get the same clicks, and count them by the second. In one a consumer
-- takes each click by itself and writes the new count, which takes 3 ms. In the other a stream operator takes
-- all clicks of a second together and writes their counts at once, which takes 100 ms however many
-- they are. From 10 s to 15 s three times as many come; at 20 s both crash, for a second.
--
--   each   a count is right some milliseconds after the click, as long as the consumer keeps up. It can
--          do 333 a second: the burst takes it a long time, and costs a write for each click.
--   batch  a count is right a second late, also during the burst, which only makes the batches larger, for
--          one write a second. But a crash has the whole batch read again.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Micro-batches against a consumer",
  question = "How late is a count, and what does it cost, before, during and after a burst?",
  duration = "60s",
  seed     = 1,
}

local rate = tb.param("rate", { default = 200, min = 130, max = 260, unit = "clicks/s" })

local SIDES = {
  { name = "each", time = "3ms", workers = 1, prefetch = 8 },
  { name = "batch", time = "100ms", workers = 100000, prefetch = 100000, batch = "1s" },
}
local counted = {} -- of each side: counts by second, and writes

for _, side in ipairs(SIDES) do
  local here = tb.datacenter(side.name, { draws_as = "here" })
  local source = here:producer {
    name = "source",
    arrivals = tb.stages {
      { rate = rate, duration = "10s" }, { rate = 3 * rate, duration = "5s" }, { rate = rate, duration = "25s" },
      { rate = 0 },
    },
  }
  local topic = here:queue { name = "clicks", model = "publish_subscribe", prefetch = side.prefetch }
  local mine = { windows = {}, writes = 0, last = -1 }
  counted[side.name] = mine
  local counter = here:consumer {
    name = "counter", time = side.time, workers = side.workers, batch = side.batch,
    on_message = function(click)
      local second = math.floor(click.born)
      mine.windows[second] = (mine.windows[second] or 0) + 1
      if tb.now() ~= mine.last then mine.last, mine.writes = tb.now(), mine.writes + 1 end
    end,
  }
  tb.connect(source, topic, counter)
  tb.during("20s", "21s", side.name .. ": a crash", tb.fault.outage(counter))
end

-- ---- the trade-off ----

local function value(name) return tb.measures[name]:value() end

tb.at("60s", function()
  tb.log("%-6s %8s %8s %14s %12s %12s %12s", "", "clicks", "writes", "median (ms)", "p99 (ms)", "longest (ms)",
    "read again")
  for _, side in ipairs(SIDES) do
    local name = side.name
    local latency = tb.measures[name .. "/counter/latency"]
    tb.log("%-6s %8d %8d %14.1f %12.1f %12.1f %12d", name, value(name .. "/source/arrived"), counted[name].writes,
      1000 * latency:p(50):value(), 1000 * latency:p(99):value(), 1000 * latency:max(),
      value(name .. "/clicks/delivered") - value(name .. "/source/arrived"))
  end
end)

tb.expect("both count the same clicks", function()
  for second, count in pairs(counted.each.windows) do
    if counted.batch.windows[second] ~= count then return false, ("not in second %d"):format(second) end
  end
  return value "each/source/arrived" == value "batch/source/arrived"
end)
tb.expect("with micro-batches a write does for a hundred clicks", function()
  return counted.batch.writes * 100 < counted.each.writes
end)
tb.expect("the burst leaves the consumer behind",
  tb.measures["each/counter/latency"]:p(50):above("500ms", { from = "13s", to = "17s" }))
tb.expect("and not the micro-batches",
  tb.measures["batch/counter/latency"]:p(99):below("1.3s", { from = "2s", to = "20s" }))
tb.expect("at rest the consumer is far ahead",
  tb.measures["each/counter/latency"]:p(50):below("100ms", { from = "2s", to = "10s" }))
