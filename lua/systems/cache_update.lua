-- systems.cache_update: the strategy update of systems.cache: from the database's changes to the
-- caches, by a queue of each model.
-- SPDX-License-Identifier: MIT
local tb = ...

local update = {}

-- The fields that the scenario gives, over those that matter here.
function update.with(defaults, given)
  for name, value in pairs(given) do
    defaults[name] = value
  end
  return defaults
end

local with = update.with

local function add_producer(sys, fields, suffix)
  local producer = tb.datacenter(fields.central):producer {
    name = fields.prefix .. "changes" .. suffix, arrivals = sys.database:changes(),
    message = { size = 50 }, backoff = "100ms" }
  table.insert(sys.producers, producer)
  return producer
end

local function add_queue(sys, fields, suffix, more)
  local defaults = { name = fields.prefix .. "queue" .. suffix, model = fields.model,
    prefetch = 10000 }
  local queue = tb.datacenter(fields.central):queue(with(with(defaults, more), fields.queue))
  table.insert(sys.queues, queue)
  return queue
end

-- A consumer in this place, and the updater behind it, which keeps the caches of `places`.
local function add_updater(sys, fields, place, suffix, places)
  local dc = tb.datacenter(place)
  local consumer = dc:consumer { name = fields.prefix .. "taker" .. suffix, time = "20us",
    workers = 4 }
  local updater = dc:updater(with({ name = fields.prefix .. "updater" .. suffix,
    push = fields.model == "mvc" }, fields.updater))
  tb.connect(consumer, updater)
  if fields.model ~= "mvc" then
    tb.connect(updater, sys.database)
  end
  for _, name in ipairs(places) do
    tb.connect(updater, sys.caches[name])
  end
  table.insert(sys.takers, consumer)
  table.insert(sys.updaters, updater)
  return consumer
end

-- One queue for each cache: the database's changes are sent to each.
function update.point_to_point(sys, fields)
  for _, place in ipairs(fields.datacenters) do
    local queue = add_queue(sys, fields, "." .. place, {})
    tb.connect(add_producer(sys, fields, "." .. place), queue,
      add_updater(sys, fields, place, "", { place }))
  end
end

-- A pool in the central data centre, which knows all caches. In partitions each key has its own.
function update.producer_consumer(sys, fields)
  local way = add_producer(sys, fields, "")
  if fields.partitions > 1 then
    local router = tb.datacenter(fields.central):router { name = fields.prefix .. "by-key" }
    tb.connect(way, router)
    way = router
  end
  for partition = 1, fields.partitions do
    local queue = add_queue(sys, fields, "." .. partition, { lease = "30s" })
    tb.connect(way, queue)
    for number = 1, fields.updaters do
      tb.connect(queue, add_updater(sys, fields, fields.central,
        ("." .. partition .. "." .. number), fields.datacenters))
    end
  end
end

-- Every data centre is a group of its own, whose members share the partitions.
function update.publish_subscribe(sys, fields)
  local queue = add_queue(sys, fields, "", { partitions = math.max(fields.partitions,
    fields.updaters), retain_age = "5min" })
  tb.connect(add_producer(sys, fields, ""), queue)
  for _, place in ipairs(fields.datacenters) do
    sys.groups[place] = queue:group { name = fields.prefix .. place }
    for number = 1, fields.updaters do
      sys.groups[place]:join(add_updater(sys, fields, place, "." .. number, { place }))
    end
  end
end

-- Every data centre is a view of the state: the newest version of each key, pushed.
function update.mvc(sys, fields)
  local queue = add_queue(sys, fields, "", { capacity = fields.keys + 1 })
  tb.connect(add_producer(sys, fields, ""), queue)
  for _, place in ipairs(fields.datacenters) do
    local view = queue:group { name = fields.prefix .. place }
    tb.connect(view, add_updater(sys, fields, place, "", { place }))
  end
end

return update
