-- Four queue models carry the same changes to two caches. What does each cost, and what survives?
--
-- What you will see: one load, four systems. At 40 s shanghai's updater (the pool's second one)
-- dies for ten seconds.
--
--   point_to_point     one queue for each cache, without acknowledgements: the least work, but what
--                      the dead updater had, and what is sent to it meanwhile, is lost: some eight
--                      hundred changes; entries are wrong until they expire, to 14 s and more.
--   producer_consumer  a pool beside the database, which tells all caches: one reading a change
--                      serves both. The other updater goes on; what the dead one had in hand waits
--                      for its lease, or for its return.
--   publish_subscribe  a group for each data centre: nothing is lost, and each reads for itself.
--   mvc                a view for each data centre: the newest version is pushed and nothing is
--                      read; what changed meanwhile is told once.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: four queue models for the updater",
  question = "The updater of shanghai dies: which caches find out?",
  duration = "100s",
  seed     = 12,
}

local rate = tb.param("rate", { default = 200, min = 10, max = 20000, unit = "requests/s per data centre" })

local MODELS = { "point_to_point", "producer_consumer", "publish_subscribe", "mvc" }
local SHORT = { point_to_point = "p2p", producer_consumer = "pool", publish_subscribe = "topic", mvc = "mvc" }
local systems, of = {}, {}
for index, model in ipairs(MODELS) do
  systems[index] = cache.build {
    model        = model,
    prefix       = SHORT[model] .. "-",
    like         = systems[1],
    datacenters  = { "beijing", "shanghai" },
    central      = "beijing",
    requests     = tb.poisson(rate),
    keys         = 1000,
    writes       = 0.2,
    writes_until = "92s",
    updaters     = model == "producer_consumer" and 2 or 1,
    cache        = { capacity = 1000 },
  }
  of[model] = systems[index]
end

tb.during("40s", "50s", "the second updater of each is dead", {
  start = function() for _, sys in ipairs(systems) do sys.takers[2]:crash() sys.updaters[2]:crash() end end,
  stop = function() for _, sys in ipairs(systems) do sys.updaters[2]:restart() sys.takers[2]:restart() end end,
})

for _, model in ipairs(MODELS) do
  tb.expect(model .. ": no read is older than the bound", of[model].checks.bounded)
  tb.expect(model .. ": at the end every cache is as its database", of[model].checks.equal)
  tb.expect(model .. ": every change is in a refresh that follows it", of[model].checks.contained)
  tb.expect(model .. ": fresh within 2 s until then",
    tb.measures["shanghai/" .. SHORT[model] .. "-cache/staleness"]:p(99):below("2s", { to = "40s" }))
end
local function requests(name) return tb.measures["beijing/" .. name .. "-database/requests"]:value() end
tb.expect("a pool reads once for both caches, mvc never", function()
  return requests("mvc") < requests("pool") and requests("pool") < requests("topic")
end)
local function seen(name, measure) return tb.measures["shanghai/" .. name .. "-cache/" .. measure]:max() end
tb.expect("point_to_point: what its dead updater did not hear is lost", function()
  local lost = tb.measures["beijing/p2p-queue.shanghai/accepted"]:value()
    - tb.measures["shanghai/p2p-updater/changes"]:value()
  return lost > 2 * rate and seen("p2p", "update_lag") < 3, ("%d changes are lost"):format(lost)
end)
tb.expect("point_to_point: seconds after its return entries are still wrong, until they expire", function()
  return seen("p2p", "staleness") > 11, ("the worst read was %.1f s old"):format(seen("p2p", "staleness"))
end)
for _, name in ipairs { "topic", "mvc" } do
  tb.expect(name .. ": what changed meanwhile is delivered after the return", function()
    local latest = seen(name, "update_lag")
    return latest > 8 and seen(name, "staleness") < 11, ("the latest took %.1f s"):format(latest)
  end)
  tb.expect(name .. ": 5 s after the return shanghai is fresh",
    tb.measures["shanghai/" .. name .. "-cache/staleness"]:p(99):below("2s", { from = "56s" }))
end
cache.compare(systems)
