-- Who knows whom: a sender with a list of its receivers, or a topic that they read from.
--
-- What you will see: every event is for whoever is interested; three services are from the start, a
-- fourth from 10 s on, and one is down from 20 s to 25 s. On one side the sender knows them: it sends
-- each event to each of the services that are in its list, one copy for each, and the list is kept by
-- hand: the fourth service is entered five seconds late. On the other side it publishes once to a
-- topic. The fourth reads from the beginning of the log when it comes, and nobody tells the sender.
--
-- Both sides have the same events and the same draws. With a list, the copies for a service that is
-- down wait with the sender, and it sends as many copies as there are services; what was sent before
-- it was entered, a new service never gets. A topic keeps one copy, for as long as it is told to.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Who: a list of receivers against a topic",
  question = "A service is added while events flow: which of them does it get?",
  duration = "40s",
  seed     = 1,
}

local rate = tb.param("rate", { default = 100, min = 10, max = 150, unit = "events/s" })

local SERVICES = { "billing", "search", "audit", "fraud" } -- the last one comes later
local function events()
  return tb.stages { { rate = rate, duration = "30s" }, { rate = 0 } }
end

-- A list: to each service a line of its own, which carries a copy of every event.
local list, topic = tb.datacenter "list", tb.datacenter("topic", { draws_as = "list" })
local down, late_join = {}, {}
for _, service in ipairs(SERVICES) do
  local place = tb.datacenter("list-" .. service, { draws_as = "copies" })
  tb.link(place, list, { latency = "5ms" })
  local copies = place:producer { name = "source", arrivals = events() }
  local inbox = list:queue { name = service .. "-inbox", model = "point_to_point", capacity = 64, prefetch = 8 }
  local reader = list:consumer { name = service, time = tb.exponential "2ms" }
  tb.connect(copies, inbox, reader)
  if service == "search" then down[#down + 1] = reader end
  if service == "fraud" then
    copies:crash()
    late_join[1] = copies
  end
end

local place = tb.datacenter("topic-source", { draws_as = "copies" })
tb.link(place, topic, { latency = "5ms" })
local source = place:producer { name = "source", arrivals = events() }
local log = topic:queue { name = "log", model = "publish_subscribe", prefetch = 8 }
tb.connect(source, log)
local fraud
for _, service in ipairs(SERVICES) do
  local reader = topic:consumer { name = service, time = tb.exponential "2ms" }
  log:group { name = service }:join(reader)
  if service == "search" then down[#down + 1] = reader end
  if service == "fraud" then fraud = reader end
end
fraud:crash()

for _, reader in ipairs(down) do
  tb.during("20s", "25s", "search is down", reader:outage())
end
tb.at("10s", "fraud comes, and reads the topic", function() fraud:restart() end)
tb.at("15s", "the sender has fraud in its list", function() late_join[1]:restart() end)

-- ---- the trade-off ----

local function value(name) return tb.measures[name]:value() end

local function missed(side, service)
  return value("topic-source/source/arrived") - value(side .. "/" .. service .. "/finished")
end

tb.at("40s", function()
  local copies, held = 0, 0
  for _, service in ipairs(SERVICES) do
    copies = copies + value("list-" .. service .. "/source/sent")
    held = math.max(held, tb.measures["list-" .. service .. "/source/held"]:max())
  end
  tb.log("%-6s %12s %20s %16s %16s", "", "copies sent", "waited with sender", "search missed", "fraud missed")
  tb.log("%-6s %12d %20d %16d %16d", "list", copies, held, missed("list", "search"), missed("list", "fraud"))
  tb.log("%-6s %12d %20d %16d %16d", "topic", value "topic-source/source/sent",
    tb.measures["topic-source/source/held"]:max(), missed("topic", "search"), missed("topic", "fraud"))
end)

tb.expect("a service that comes late gets all from a topic", function() return missed("topic", "fraud") == 0 end)
tb.expect("and only what comes after it from a list", function() return missed("list", "fraud") > 10 * rate end)
tb.expect("the topic never holds its sender back", function()
  return tb.measures["topic-source/source/held"]:max() < rate
    and tb.measures["list-search/source/held"]:max() > 3 * rate
end)
