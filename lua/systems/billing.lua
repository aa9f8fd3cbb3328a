-- systems.billing: clicks and views from several data centres, charged to advertisers.
-- SPDX-License-Identifier: MIT
--
-- In every data centre stand collectors, the producers "clicks" and "views": each keeps an event in
-- its memory until it is accepted; what cannot leave is written to a disk buffer,
-- "spool". In the central data centre stand the queue, "queue", and the billing service. Where the
-- books are, all charges pass the global stage: deduplicator, detector of fraud, ledger.
--
--   event -> collector [-> spool] -> (link) -> queue -> billing -> dedup -> fraud -> ledger
--
-- The service has one of three forms:
--   "single"       one consumer, "billing"
--   "partitioned"  consumers "billing-1", ...: each has some of the topic's partitions, and an
--                  advertiser is always in one partition, so its events stay in order
--   "standby"      "billing" in the central data centre and "standby" in another: who holds the
--                  coordinator's lease goes on from the offset that the group has committed, and
--                  the fence turns the other away
local tb, schema, object = ...

local billing = {}

local FIELDS = schema.fields("billing.build", {
  -- Where events are collected; which of these places has the service, which the standby, which the
  -- queue, and which the books (the central one, unless said otherwise).
  { "datacenters", "list", of = "name", required = true, expected = "a list of names",
    about = "where clicks are collected, such as { \"beijing\", \"shanghai\" }" },
  { "central", "name", required = true, about = "which of the datacenters holds the queue" },
  { "queue_at", "name" },
  { "standby", "name" },
  { "books", "name" },
  -- The events of one data centre: clicks cost each, views by the thousand; in micro-cents.
  { "clicks", "arrivals", keep = true, required = true,
    about = "arrivals such as tb.poisson(800)" },
  { "views", "arrivals", keep = true },
  { "price", "distribution", keep = true, default = tb.lognormal(17.2, 0.5) },
  { "view_price", "distribution", keep = true, default = tb.lognormal(14.9, 0.5) },
  -- Advertisers differ in size as words do in frequency; each may spend this, in micro-cents.
  { "advertisers", "integer", min = 1, max = 1000000000, default = 1000 },
  { "budget", "integer", min = 0, default = 5000000000000 },
  { "users", "integer", min = 1, max = 1000000000, default = 1000000 },
  { "addresses", "integer", min = 1, max = 1000000000, default = 1000000 },
  -- A collector's buffers: messages in memory, and fields of the spool; false: no disk.
  { "memory", "integer", min = 1, max = 1000000000, default = 100000 },
  { "spool", "any" },
  { "linger", "duration", min = 0, default = "20ms" },
  -- Of the queue: store, sync, partitions, lease and whatever else dc:queue takes.
  { "queue", "table" },
  -- The service: its form, the clicks that an instance works on at once, how long one takes.
  { "form", "choice", choices = { "single", "partitioned", "standby" }, default = "single" },
  { "instances", "integer", min = 1, max = 64, default = 4 },
  { "workers", "integer", min = 1, max = 10000, default = 16 },
  { "service", "times", keep = true, default = tb.exponential("2ms") },
  { "lease", "duration", min = 1000000, default = "1s" },
  { "fencing", "boolean", default = true },
  -- The global stage: fields of the deduplicator, false for none; the detector's rules, false for
  -- none; for how long the ledger itself recognises what it has charged (0: for ever),
  -- and when its journal is synced. Then the links.
  { "dedup", "any" },
  { "rules", "any" },
  { "remember", "duration", min = 0, default = "0s" },
  { "ledger_sync", "text", default = "always" },
  { "latency", "times", keep = true, default = tb.normal("15ms", "2ms") },
  { "bandwidth", "bandwidth", keep = true, above = 0, default = "1Gbit/s" },
})

local RULES = {
  { by = "user", within = "60s", more_than = 30 },
  { by = "address", within = "60s", more_than = 30 },
  { by = { "user", "key" }, within = "60s", more_than = 10 },
}

-- The fields that are given, and for the others these.
local function with_defaults(given, defaults)
  for name, value in pairs(given or {}) do
    defaults[name] = value
  end
  return defaults
end

-- Each place once; and links from each to the queue, and to the books.
local function build_places(fields)
  local places, linked = {}, {}
  for _, name in ipairs(fields.datacenters) do
    places[name] = tb.datacenter(name)
  end
  local function link(from, to)
    if from ~= to and not linked[from .. " " .. to] then
      linked[from .. " " .. to], linked[to .. " " .. from] = true, true
      tb.link(from, to, { latency = fields.latency, bandwidth = fields.bandwidth })
    end
  end
  for _, name in ipairs(fields.datacenters) do
    link(name, fields.queue_at)
    if name == fields.central or name == fields.standby then
      link(name, fields.books)
    end
  end
  return places
end

-- The collectors of one kind of event, and the disk buffers, by data centre.
local function build_collectors(fields, name, arrivals, message, queue, spools)
  local collectors = {}
  message.key = tb.zipf(fields.advertisers, 1.1)
  message.user = tb.uniform_int(1, fields.users)
  message.address = tb.uniform_int(1, fields.addresses)
  for _, place in ipairs(fields.datacenters) do
    collectors[place] = tb.datacenter(place):producer {
      name = name, arrivals = arrivals, message = message, buffer = fields.memory,
      window = math.min(fields.memory, 1000), linger = fields.linger / 1e9,
    }
    tb.connect(collectors[place], spools[place] or queue)
  end
  return object.read_only("sys." .. name, collectors)
end

local function build_spools(fields, queue)
  local spools = {}
  for _, place in ipairs(fields.spool ~= false and fields.datacenters or {}) do
    spools[place] = tb.datacenter(place):spool(with_defaults(fields.spool, { name = "spool" }))
    tb.connect(spools[place], queue)
  end
  return spools
end

-- The global stage, from its end to its beginning; returns its parts and who takes charges.
local function build_books(fields, books)
  local ledger = books:ledger { name = "ledger", budget = fields.budget,
    remember = fields.remember / 1e9, sync = fields.ledger_sync }
  local stage, entry = { ledger = ledger }, ledger
  local function before(name, part)
    tb.connect(part, entry)
    stage[name], entry = part, part
  end
  if fields.rules ~= false then
    before("detector", books:detector { name = "fraud", rules = fields.rules or RULES,
      remember = 1000000, window = 100000 })
    stage.detector:retract_at(ledger)
  end
  if fields.dedup ~= false then
    before("dedup", books:deduplicator(with_defaults(fields.dedup, {
      name = "dedup", count = 200000, at_once = 100000 })))
  end
  if fields.form == "standby" then
    before("fence", books:fence { name = "fence", fencing = fields.fencing, window = 100000 })
  end
  return stage, entry
end

local function build_instance(fields, place, name, workers)
  return tb.datacenter(place):consumer { name = name, workers = workers, time = fields.service,
    charge_timeout = fields.form ~= "single" and "2s" or nil } -- a topic has no leases
end

-- The consumers, connected to the queue and to the global stage; and what belongs to the form.
local SERVICES = {
  single = function(fields, queue, entry)
    local service = build_instance(fields, fields.central, "billing", fields.workers)
    tb.connect(queue, service, entry)
    return { service }, {}
  end,
  -- One worker each, so that a partition's events are charged in their order.
  partitioned = function(fields, queue, entry)
    local group, instances = queue:group { name = "billing" }, {}
    for number = 1, fields.instances do
      instances[number] = build_instance(fields, fields.central, "billing-" .. number, 1)
      group:join(instances[number])
      tb.connect(instances[number], entry)
    end
    return instances, { group = group }
  end,
  standby = function(fields, queue, entry)
    local books = tb.datacenter(fields.books)
    local coordinator = books:coordinator { name = "coordinator", lease = fields.lease / 1e9 }
    local group, instances, masters = queue:group { name = "billing" }, {}, {}
    for number, place in ipairs { fields.central, fields.standby } do
      local name = number == 1 and "billing" or "standby"
      instances[number] = build_instance(fields, place, name, fields.workers)
      masters[number] = tb.datacenter(place):singleton {
        name = name .. "-lease", asks_after = number - 1, time = "5ms", window = 10000,
        renew_every = fields.lease / 4e9, margin = fields.lease / 20e9 }
      tb.connect(coordinator, masters[number])
      group:join(instances[number])
      tb.connect(instances[number], masters[number], entry)
      masters[number]:lead(instances[number])
    end
    return instances, { group = group, coordinator = coordinator, masters = masters }
  end,
}

local function checks_of(stage, form)
  return object.read_only("sys.checks", {
    exactly_once = tb.checks.exactly_once,
    conservation = tb.checks.conservation,
    budgets = tb.checks.budgets(stage.ledger), money = tb.checks.money(stage.ledger),
    single = stage.fence and stage.fence:single(),
    order = form == "partitioned" and tb.checks.order or nil, -- of each advertiser's events
  })
end

local METHODS = {} -- what a scenario does to the system as a whole

-- The fault that addresses, each at a rate per second, click in one data centre.
function METHODS.botnet(self, fields)
  return tb.fault.botnet(self.collectors[fields.datacenter], fields.name or "bots",
    fields.addresses, fields.rate_per_address, "address")
end

-- Of the instances of the partitioned service, so many take part; the others leave the group.
function METHODS.scale(self, count)
  for number, instance in ipairs(self.services) do
    local method = number <= count and self.group.join or self.group.leave
    method(self.group, instance)
  end
end

-- Builds the system; returns what a scenario may want to break, to watch and to check.
function billing.build(given)
  local fields = schema.check(FIELDS, given)
  for _, name in ipairs { "central", "standby", "queue_at", "books" } do
    fields[name] = fields[name] or fields.central
    schema.argument("billing.build", name, { type = "choice", choices = fields.datacenters },
      fields[name])
  end
  local places = build_places(fields)
  local is_topic = fields.form ~= "single"
  local queue = places[fields.queue_at]:queue(with_defaults(fields.queue, {
    name = "queue", store = "journal", sync = "always", prefetch = 16 * fields.workers,
    model = is_topic and "publish_subscribe" or nil,
    partitions = fields.form == "partitioned" and 2 * fields.instances or nil }))
  local stage, entry = build_books(fields, places[fields.books])
  local services, more = SERVICES[fields.form](fields, queue, entry)
  local spools = build_spools(fields, queue)
  local latency = tb.measures[tostring(stage.ledger) .. "/latency"]
  tb.latency(latency)
  return object.read_only("the billing system", with_defaults(METHODS, with_defaults(stage, {
    datacenter = object.read_only("sys.datacenter", places),
    collectors = build_collectors(fields, "clicks", fields.clicks, { value = fields.price },
      queue, spools),
    views = fields.views and build_collectors(fields, "views", fields.views,
      { value = fields.view_price, per = 1000 }, queue, spools),
    spools = object.read_only("sys.spools", spools),
    queue = queue, service = services[1], services = services,
    group = more.group, masters = more.masters, coordinator = more.coordinator,
    latency = latency, -- from the event to the moment when it is charged
    checks = checks_of(stage, fields.form),
  })))
end

return object.read_only("systems.billing", billing)
