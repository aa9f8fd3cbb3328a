-- systems.cache: application servers in several data centres read through caches; the database is
-- in the central one.
-- SPDX-License-Identifier: MIT
--
-- In every data centre stand the application servers, the client "requests", and their "cache"; in
-- the central one the "database". How a write reaches the caches is the strategy:
--
--   ttl            not at all: an entry expires
--   invalidate     the cache through which it passed deletes the key in all
--   write_through  the cache through which it passed enters the new version in all
--   update         the database's changes go into a queue; cache updaters take the keys from it,
--                  read them in batches, each at most once in an interval, and enter what they read
--
-- All have the time to live behind them: what is lost on the way is stale for so long, no longer.
--
--   requests -> [limiter] -> cache -> (link) -> database -> changes -> queue -> updater -> cache
local tb, schema, object, parts = ...

local cache = {}

local FIELDS = schema.fields("cache.build", {
  { "datacenters", "list", of = "name", required = true, expected = "a list of names",
    about = "where the application servers are, such as { \"beijing\", \"shanghai\" }" },
  { "central", "name", required = true, about = "which of the datacenters holds the database" },
  { "strategy", "choice", choices = { "ttl", "invalidate", "update", "write_through" },
    default = "update" },
  { "prefix", "text" }, -- of the names of all nodes
  { "like", "any" },    -- another system, whose load it repeats
  -- The load of one data centre: a share of the requests writes the key that it asks for.
  { "requests", "arrivals", keep = true, required = true,
    about = "arrivals such as tb.poisson(1000), or a recording" },
  { "keys", "integer", min = 1, max = 1000000, default = 20000 },
  { "popularity", "distribution", keep = true }, -- Zipf's law with exponent 1
  { "drift_every", "duration", keep = true, min = 0, default = "0s" }, -- the hot set moves on ...
  { "drift_by", "integer", min = 0, max = 1000000, default = 0 },      -- ... by so many keys
  { "writes", "number", min = 0, max = 1, default = 0.02 },
  { "writes_until", "duration", keep = true, min = 0, default = "0s" },
  -- Who asks; each may do so this often in a second, 0: as often as it likes.
  { "address", "distribution", keep = true, default = tb.uniform_int(1, 1000) },
  { "limit", "integer", min = 0, max = 1000000, default = 0 },
  -- Fields of dc:cache, dc:database, dc:queue and dc:updater.
  { "cache", "table", default = {} },
  { "database", "table", default = {} },
  { "queue", "table", default = {} },
  { "updater", "table", default = {} },
  -- Of the strategy update: the model of its queue, and how many updaters share one; of a
  -- producer_consumer the number of queues, between which the key decides.
  { "model", "choice", default = "publish_subscribe",
    choices = { "point_to_point", "producer_consumer", "publish_subscribe", "mvc" } },
  { "updaters", "integer", min = 1, max = 64, default = 1 },
  { "partitions", "integer", min = 1, max = 64, default = 1 },
  -- No read is older than `bound`; what was not written for `quiet` is in the caches as it is.
  { "bound", "duration", keep = true, min = 1, about = "a duration (default: ttl + timeout)" },
  { "quiet", "duration", keep = true, min = 1,
    about = "a duration (default: as `bound`; of update 2 intervals and 5 s, if that is less)" },
  { "link", "table", default = {} }, -- of tb.link, between two data centres
})

local TTL = "20s"

local WHEN_WRITTEN = { ttl = "keep", invalidate = "invalidate", update = "keep",
  write_through = "update" }

local with = parts.update.with

local function build_links(fields)
  for i, from in ipairs(fields.datacenters) do
    for j = i + 1, #fields.datacenters do
      tb.link(from, fields.datacenters[j],
        with({ latency = tb.normal("15ms", "2ms"), bandwidth = "1Gbit/s" }, fields.link))
    end
  end
end

-- One data centre's clients and its cache; a limiter in between.
local function build_place(sys, fields, place)
  local dc, prefix = tb.datacenter(place), fields.prefix
  local made = dc:cache(with({ name = prefix .. "cache", capacity = fields.keys // 10 + 10,
    when_written = WHEN_WRITTEN[fields.strategy], ttl = TTL, jitter = 0.1 }, fields.cache))
  local client = dc:client {
    name = prefix .. "requests", arrivals = fields.requests, keys = fields.keys,
    key = fields.popularity or tb.zipf(fields.keys, 1),
    drift_every = fields.drift_every, drift_by = fields.drift_by,
    writes = fields.writes, writes_until = fields.writes_until, address = fields.address,
    like = fields.like and fields.like.clients[place] or nil,
  }
  local front = made
  if fields.limit > 0 then
    front = dc:limiter { name = prefix .. "limiter", limit = fields.limit, burst = fields.limit,
      per = "address", over = "refuse" }
    tb.connect(front, made)
  end
  tb.connect(client, front)
  tb.connect(made, sys.database)
  sys.caches[place], sys.clients[place], sys.front[place] = made, client, front
end

local function tell_each_other(sys, fields)
  for _, from in ipairs(fields.datacenters) do
    for _, to in ipairs(fields.datacenters) do
      if from ~= to then
        sys.caches[from]:tells(sys.caches[to])
      end
    end
  end
end

-- ---- what must hold ----

-- One check about all of them.
local function all(operators, method, time)
  local check
  for _, operator in ipairs(operators) do
    check = operator[method](operator, time, check)
  end
  return check
end

-- After so long without a write a cache is as its row. Of update that is the updaters' promise: the
-- time to live, which is longer, would keep it also if all of them were dead.
local function find_quiet(sys, fields, lag)
  if fields.quiet then
    return tb.seconds(fields.quiet)
  end
  return fields.strategy == "update" and math.min(lag, sys.bound) or sys.bound
end

local function build_checks(sys, fields)
  local ttl = tb.seconds(fields.cache.ttl or TTL)
  if ttl == 0 and not fields.bound then
    error("cache.build: entries that never expire have no bound: give the field 'bound'", 3)
  end
  sys.bound = fields.bound and tb.seconds(fields.bound)
    or ttl + tb.seconds(fields.cache.timeout or "1s")
  local caches = {}
  for index, place in ipairs(fields.datacenters) do
    caches[index] = sys.caches[place]
  end
  local lag = 2 * tb.seconds(fields.updater.interval or "1s") + 5
  sys.checks = object.read_only("sys.checks", {
    bounded = all(caches, "bounded", sys.bound),
    equal = all(caches, "equal", find_quiet(sys, fields, lag)),
    contained = fields.strategy == "update" and all(sys.updaters, "contained", lag) or false,
    limited = sys.database:limited(),
  })
end

local built = {} -- what build() returned

-- Builds the system; returns what a scenario may want to break, to watch and to check.
function cache.build(given)
  local fields = schema.check(FIELDS, given)
  if fields.like and not built[fields.like] then
    error("cache.build: like: expected what cache.build returned, got " .. schema.show(fields.like), 2)
  end
  fields.prefix = fields.prefix or ""
  schema.argument("cache.build", "central",
    { type = "choice", choices = fields.datacenters }, fields.central)
  local sys = { strategy = fields.strategy, places = fields.datacenters, prefix = fields.prefix,
    datacenter = {}, caches = {}, clients = {}, front = {}, groups = {}, producers = {},
    queues = {}, takers = {}, updaters = {} }
  sys.database = tb.datacenter(fields.central):database(with({ name = fields.prefix .. "database",
    rows = fields.keys + 1, connections = 40, waiting = 400, request = "500us", time = "500us" },
    fields.database))
  for _, place in ipairs(fields.datacenters) do
    sys.datacenter[place] = tb.datacenter(place)
  end
  if not fields.like then
    build_links(fields)
  end
  for _, place in ipairs(fields.datacenters) do
    build_place(sys, fields, place)
  end
  if fields.strategy == "update" then
    parts.update[fields.model](sys, fields)
  elseif fields.strategy ~= "ttl" then
    tell_each_other(sys, fields)
  end
  build_checks(sys, fields)
  local handle = object.read_only("the cache system", sys)
  built[handle] = true
  return handle
end

-- At the end, prints a table of these systems, and which of them is best at what.
function cache.compare(systems)
  parts.report(systems)
end

return object.read_only("systems.cache", cache)
