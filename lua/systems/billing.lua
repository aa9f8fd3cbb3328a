-- systems.billing: clicks from several data centres, charged to advertisers in the central one.
-- SPDX-License-Identifier: MIT
--
-- In every data centre stands a collector, the producer "clicks": it keeps each click in its
-- buffer, at first for a moment so that clicks leave together, until the queue has promised it.
-- In the central data centre stand the queue, "queue"; the billing service, the consumer
-- "billing", which charges each click to its advertiser; and the books, the ledger "ledger",
-- which recognise a click that comes twice. Links join the central data centre to each of the
-- others.
--
--   click -> collector -> (link) -> queue -> billing -> ledger
--
-- Whatever fails, a click is charged once or counted as lost; which of the two depends on the
-- queue's store: see scenarios/billing/central-failure.lua.
local tb, schema, object = ...

local billing = {}

local FIELDS = schema.fields("billing.build", {
  -- Where clicks are collected, and which of these places holds the queue and the books.
  { "datacenters", "list", of = "name", required = true, expected = "a list of names",
    about = "where clicks are collected, such as { \"beijing\", \"shanghai\" }" },
  { "central", "name", required = true, about = "which of the datacenters holds the queue" },
  -- The clicks of one data centre.
  { "clicks", "arrivals", keep = true, required = true,
    about = "arrivals such as tb.poisson(800)" },
  -- Of the queue: store, sync, capacity, lease and whatever else dc:queue takes.
  { "queue", "table", default = {} },
  -- The billing service: how many clicks it works on at once, and how long one takes.
  { "workers", "integer", min = 1, max = 10000, default = 16 },
  { "service", "times", keep = true, default = tb.exponential("2ms") },
  -- Advertisers differ in size as words do in frequency; each may spend this, in micro-cents.
  { "advertisers", "integer", min = 1, max = 1000000000, default = 1000 },
  { "budget", "integer", min = 0, default = 5000000000000 },
  -- What a click costs, in micro-cents: half of them more than 30 cents.
  { "price", "distribution", keep = true, default = tb.lognormal(17.2, 0.5) },
  -- Between the central data centre and the others.
  { "latency", "times", keep = true, default = tb.normal("15ms", "2ms") },
  { "bandwidth", "bandwidth", keep = true, above = 0, default = "1Gbit/s" },
})

-- The fields of the queue that matter here have other defaults than dc:queue's.
local function queue_fields(given, workers)
  local fields = {
    name = "queue",
    store = "journal",
    sync = "always",
    prefetch = 16 * workers,
  }
  for name, value in pairs(given) do
    fields[name] = value
  end
  return fields
end

local function build_collectors(fields, queue)
  local collectors = {}
  for _, name in ipairs(fields.datacenters) do
    collectors[name] = tb.datacenter(name):producer {
      name = "clicks",
      arrivals = fields.clicks,
      message = {
        key = tb.zipf(fields.advertisers, 1.1),
        value = fields.price,
        user = tb.uniform_int(1, 1000000),
      },
      buffer = 100000,
      window = 1000,
      linger = "20ms",
      timeout = "1s",
      backoff = "200ms",
      backoff_max = "2s",
    }
    tb.connect(collectors[name], queue)
    if name ~= fields.central then
      tb.link(name, fields.central, { latency = fields.latency, bandwidth = fields.bandwidth })
    end
  end
  return collectors
end

-- Builds the system; returns what a scenario may want to break, to watch and to check.
function billing.build(given)
  local fields = schema.check(FIELDS, given)
  schema.argument("billing.build", "central",
    { type = "choice", choices = fields.datacenters }, fields.central)

  local central = tb.datacenter(fields.central)
  local queue = central:queue(queue_fields(fields.queue, fields.workers))
  local service = central:consumer {
    name = "billing",
    workers = fields.workers,
    time = fields.service,
  }
  local ledger = central:ledger { name = "ledger", budget = fields.budget }
  tb.connect(queue, service, ledger)
  local collectors = build_collectors(fields, queue)

  local datacenters = {}
  for _, name in ipairs(fields.datacenters) do
    datacenters[name] = tb.datacenter(name)
  end
  local latency = tb.measures[tostring(ledger) .. "/latency"]
  tb.latency(latency)
  return object.read_only("the billing system", {
    datacenter = object.read_only("sys.datacenter", datacenters),
    collectors = object.read_only("sys.collectors", collectors),
    queue = queue,
    service = service,
    ledger = ledger,
    latency = latency, -- from the click to the moment when it is charged
    checks = object.read_only("sys.checks", {
      exactly_once = tb.checks.exactly_once,
      conservation = tb.checks.conservation,
      budgets = tb.checks.budgets(ledger),
    }),
  })
end

return object.read_only("systems.billing", billing)
