-- Members that seem to be gone, and come back: the group is busy with sharing its work.
--
-- What you will see: eight members of a group share sixteen partitions. Each stops for four seconds
-- now and then, as for a long garbage collection; the queue waits three seconds for a sign of life. So
-- it declares each of them dead and gives its partitions to the others; a second later it is back, and all
-- are shared anew. What was in hand is delivered again, to whoever has the partition now: with eight
-- members that happens all the time, and work is done twice that was nobody's to do again.
--
-- The remedy, --set remedy=true: a session longer than the pauses (10 s). Partitions wait for
-- their member for four seconds, and nothing moves; the price is that a member that is really dead is
-- missed for ten.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A rebalance storm",
  question = "No member has ever failed: why does the group do its work twice?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 400, min = 50, max = 600, unit = "events/s" })

local here   = tb.datacenter "here"
local source = here:producer {
  name = "source", arrivals = tb.poisson(rate), message = { key = tb.uniform_int(1, 1000) },
}
local events = here:queue { name = "events", model = "publish_subscribe", partitions = 16, prefetch = 16 }
tb.connect(source, events)

local group = events:group { name = "members", assign = "range", session = remedy and "10s" or "3s" }
for i = 1, 8 do
  local member = here:consumer { name = "member" .. i, workers = 2, time = tb.exponential "10ms" }
  group:join(member)
  for start = 3 + 2 * i, 50, 16 do
    tb.during(start, start + 4, "member " .. i .. " collects garbage", tb.fault.pause(member))
  end
end

tb.expect("every event is done exactly once", tb.checks.exactly_once)
tb.expect("nothing is delivered twice", function()
  local again = tb.measures["here/events/redelivered"]:value()
  return again == 0, ("%d deliveries were repetitions"):format(again)
end)
