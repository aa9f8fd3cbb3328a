-- An autoscaler that looks at the backlog corrects what it has corrected already.
--
-- What you will see: a member of the group does 100 events a second; 450 come, so five are enough.
-- Every two seconds the scaler looks at the lag: above 300 it orders two more members, below 30 it
-- lets two go. But a new one needs twelve seconds until it works. Meanwhile the lag grows on, and the
-- scaler orders two more, and two more; then all of them come, the lag is gone, and it lets them go until
-- there are too few. Each change has the partitions shared anew. It never settles.
--
-- The remedy, --set remedy=true: scale by the load, which no decision of the scaler changes, with
-- something to spare; and only when the number wanted differs by more than one.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "An autoscaler that oscillates",
  question = "The load does not change: how often does the number of members?",
  duration = "3min",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 450, min = 200, max = 700, unit = "events/s" })

local MOST, START_UP = 12, 12

local here   = tb.datacenter "here"
local source = here:producer {
  name = "source", arrivals = tb.poisson(rate), message = { key = tb.uniform_int(1, 100000) },
}
local events = here:queue { name = "events", model = "publish_subscribe", partitions = 24, prefetch = 4 }
tb.connect(source, events)

local group, members = events:group { name = "members" }, {}
for i = 1, MOST do
  members[i] = here:consumer { name = "member" .. i, time = tb.exponential "10ms" }
  group:join(members[i])
end

local ordered, changes = 4, 0 -- members that work or are to work; how often that was changed
for i = ordered + 1, MOST do group:leave(members[i]) end

local function scale(wanted)
  wanted = math.max(1, math.min(MOST, wanted))
  if wanted == ordered then return end
  changes = changes + 1
  for i = wanted + 1, ordered do group:leave(members[i]) end
  for i = ordered + 1, wanted do
    tb.process(function()
      tb.sleep(START_UP)
      if i <= ordered then group:join(members[i]) end
    end)
  end
  ordered = wanted
end

local function by_backlog()
  local lag = group:lag()
  if lag > 300 then scale(ordered + 2) elseif lag < 30 then scale(ordered - 2) end
end

local before = 0
local function by_load() -- of the last ten seconds
  local born = tb.measures["here/source/arrived"]:value()
  local wanted = math.ceil((born - before) / 10 / 100 * 1.4)
  before = born
  if math.abs(wanted - ordered) > 1 then scale(wanted) end
end

if remedy then tb.every("10s", by_load) else tb.every("2s", by_backlog) end

tb.expect("the number of members is changed five times at most", function()
  return changes <= 5, ("it was changed %d times"):format(changes)
end)
tb.expect("after a minute and a half no event waits for long",
  tb.measures["latency"]:p(99):below("3s", { from = "90s" }))
