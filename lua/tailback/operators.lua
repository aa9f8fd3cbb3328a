-- operators: what systems are made of besides producers, queues, consumers and ledgers.
-- SPDX-License-Identifier: MIT
--
-- Each is a class of its own. Which may stand before which is in PASSES; tb.connect asks for it.
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"
local tickets = require "tailback.tickets"

local operators = {}

local MILLION, BILLION = 1000000, 1000000000
local MICROSECOND = 1000
local ENTRIES_MAX, RULES_MAX = 64, 4
local KEY, NONE = -1, -2 -- world/field.h

-- How many requests under way unanswered an operator remembers.
local function window()
  return { "window", "integer", min = 1, max = MILLION, default = 1000 }
end

local FIELDS = {
  router = schema.fields("dc:router", {
    { "name", "name", required = true },
    { "by", "choice", choices = { "hash", "range", "table" }, default = "hash" },
    { "field", "name", default = "key" },
    { "below", "list", of = "integer", min = 0 },
    { "keys", "table" },
    window(),
  }),
  limiter = schema.fields("dc:limiter", {
    { "name", "name", required = true },
    { "limit", "integer", min = 1, max = BILLION, required = true },
    { "period", "duration", min = 1, default = "1s" },
    { "burst", "integer", min = 1, max = BILLION, default = 1 },
    { "over", "choice", choices = { "delay", "refuse", "drop" }, default = "delay" },
    { "per", "name" },
    { "keys", "integer", min = 1, max = 4 * MILLION, default = 100000 },
    { "delay_max", "duration", min = 0, default = "10s" },
    window(),
  }),
  deduplicator = schema.fields("dc:deduplicator", {
    { "name", "name", required = true },
    { "span", "duration", min = 1, default = "10min" },
    { "count", "integer", min = 1, max = 4 * MILLION, default = 100000 },
    { "at_once", "integer", min = 1, max = 4 * MILLION, default = 1000 },
    { "lease", "duration", min = MICROSECOND, default = "5s" },
  }),
  detector = schema.fields("dc:detector", {
    { "name", "name", required = true },
    { "rules", "table", required = true },
    { "remember", "integer", min = 1, max = 4 * MILLION, default = 100000 },
    { "retractions", "integer", min = 1, max = MILLION, default = 10000 },
    { "retract_every", "duration", min = MICROSECOND, default = "1s" },
    window(),
  }),
  spool = schema.fields("dc:spool", {
    { "name", "name", required = true },
    { "age", "duration", min = 0, default = "1s" },
    { "size", "integer", min = 0, max = BILLION, default = 0 },
    { "capacity", "integer", min = 1, max = 10 * MILLION, default = MILLION },
    { "accepts", "boolean", default = true },
    { "window", "integer", min = 1, max = MILLION, default = 1000 },
    { "timeout", "duration", min = MICROSECOND, default = "1s" },
    { "timeout_max", "duration", min = MICROSECOND, default = "4s" },
    { "sync", "choice", choices = { "none", "interval", "every_n", "always" }, default = "always" },
    { "interval", "duration", min = MICROSECOND, default = "100ms" },
    { "every_n", "integer", min = 1, max = BILLION, default = 100 },
    { "segment_size", "bytes", min = 4096, max = 1 << 40, default = "1MiB" },
  }),
  coordinator = schema.fields("dc:coordinator", {
    { "name", "name", required = true },
    { "lease", "duration", min = MICROSECOND, default = "1s" },
  }),
  singleton = schema.fields("dc:singleton", {
    { "name", "name", required = true },
    { "asks_after", "duration", min = 0, default = "0s" },
    { "renew_every", "duration", min = MICROSECOND, default = "250ms" },
    { "margin", "duration", min = 0, default = "50ms" },
    { "time", "times", default = "0s" },
    { "recheck", "boolean", default = false },
    window(),
  }),
  fence = schema.fields("dc:fence", {
    { "name", "name", required = true },
    { "fencing", "boolean", default = true },
    window(),
  }),
  database = schema.fields("dc:database", {
    { "name", "name", required = true },
    { "rows", "integer", min = 1, max = 10 * MILLION, required = true },
    { "connections", "integer", min = 1, max = 100000, default = 100 },
    { "waiting", "integer", min = 0, max = MILLION, default = 1000 },
    { "cores", "integer", min = 1, max = 10000, default = 4 },
    { "request", "times", default = "0s" },
    { "time", "times", default = "1ms" },
    { "hold", "times", default = "0s" },
    { "serve", "choice", choices = { "oldest", "newest" }, default = "oldest" },
    { "patience", "duration", min = 0, default = "0s" },
  }),
  cache = schema.fields("dc:cache", {
    { "name", "name", required = true },
    { "capacity", "integer", min = 10, max = 4 * MILLION, default = 100000 },
    { "policy", "choice", choices = { "lru", "s3_fifo" }, default = "lru" },
    { "ttl", "duration", min = 0, default = "1min" },
    { "jitter", "number", min = 0, max = 0.99, default = 0 },
    { "when_written", "choice", choices = { "update", "invalidate", "keep" }, default = "update" },
    { "coalesce", "boolean", default = true },
    { "guard", "boolean", default = true },
    { "fetches", "integer", min = 0, max = MILLION, default = 0 },
    { "waiting", "integer", min = 1, max = MILLION, default = 10000 },
    { "timeout", "duration", min = MICROSECOND, default = "1s" },
  }),
  updater = schema.fields("dc:updater", {
    { "name", "name", required = true },
    { "interval", "duration", min = 0, default = "1s" },
    { "batch", "integer", min = 1, max = 64, default = 16 },
    { "readings", "integer", min = 1, max = 64, default = 4 },
    { "linger", "duration", min = 0, default = "5ms" },
    { "timeout", "duration", min = MICROSECOND, default = "1s" },
    { "tries", "integer", min = 1, max = 10000, default = 10 },
    { "waiting", "integer", min = 1, max = MILLION, default = 10000 },
    { "push", "boolean", default = false },
  }),
  client = schema.fields("dc:client", {
    { "name", "name", required = true },
    { "arrivals", "arrivals", required = true },
    { "key", "distribution", required = true },
    { "keys", "integer", min = 0, max = 10 * MILLION, default = 0 },
    { "drift_every", "duration", min = 0, default = "0s" },
    { "drift_by", "integer", min = 0, max = 10 * MILLION, default = 0 },
    { "writes", "number", min = 0, max = 1, default = 0 },
    { "writes_until", "duration", min = 0, default = "0s" },
    { "address", "distribution" },
    { "like", "handle", class = "client", expected = "another client" },
    { "write_rows", "integer", min = 1, max = 6, default = 1 },
    { "waiting", "integer", min = 1, max = MILLION, default = 10000 },
    { "tries", "integer", min = 1, max = 1000, default = 3 },
    { "timeout", "duration", min = MICROSECOND, default = "1s" },
    { "backoff", "duration", min = MICROSECOND, default = "100ms" },
    { "retry_budget", "number", min = 0, max = 10, default = 0 },
  }),
}

-- ---- what the core wants to be told otherwise ----

-- The number of a field by its name; an attribute that is new counts from now on.
local function field_number(name, owner)
  if name == "key" then
    return KEY
  end
  return core.attribute(name)
    or core.fail(("%s: attribute '%s' is one too many: a scenario has 5"):format(owner, name))
end

-- {key, target} for each key of a table: keys[n] are the keys of the nth target.
local function table_entries(keys)
  local found, seen = {}, {}
  for target, list in ipairs(keys) do
    for _, key in ipairs(schema.argument("dc:router", "keys", { type = "table" }, list)) do
      local number = schema.argument("dc:router", "keys", { type = "integer", min = 0 }, key)
      if seen[number] then
        core.fail(("dc:router: key %d stands in 'keys' twice"):format(number))
      end
      seen[number] = true
      found[#found + 1] = { number, target - 1 }
    end
  end
  table.sort(found, function(a, b)
    return a[1] < b[1]
  end)
  return found
end

-- {bound, target} for each bound of a range: the nth target has the keys below the nth bound.
local function range_entries(bounds)
  local found = {}
  for index, bound in ipairs(bounds) do
    found[index] = { bound, index - 1 }
  end
  return found
end

-- {key, target, key, target, ...}
local function router_entries(checked)
  local found = {}
  if checked.by == "table" then
    found = table_entries(checked.keys or {})
  elseif checked.by == "range" then
    found = range_entries(checked.below or {})
  end
  if checked.by ~= "hash" and #found == 0 then
    core.fail(("dc:router: by = \"%s\" needs the field '%s'"):format(
      checked.by, checked.by == "table" and "keys" or "below"))
  elseif #found > ENTRIES_MAX then
    core.fail(("dc:router: at most %d keys or bounds, not %d"):format(ENTRIES_MAX, #found))
  end
  local entries = {}
  for _, entry in ipairs(found) do
    entries[#entries + 1] = entry[1]
    entries[#entries + 1] = entry[2]
  end
  return entries
end

local RULE = schema.fields("dc:detector rules", {
  { "by", "any", required = true },
  { "within", "duration", min = 1, required = true },
  { "more_than", "integer", min = 1, required = true },
})

-- {field, other field, span, threshold, ...}
local function detector_rules(rules)
  local numbers = {}
  if #rules == 0 or #rules > RULES_MAX then
    core.fail(("dc:detector: expected 1 to %d rules, such as "
      .. '{ by = "user", within = "10s", more_than = 20 }, got %d'):format(RULES_MAX, #rules))
  end
  for _, given in ipairs(rules) do
    local rule = schema.check(RULE, given)
    local by = type(rule.by) == "table" and rule.by or { rule.by }
    if #by < 1 or #by > 2 then
      core.fail("dc:detector rules: 'by' is the name of a field, or a list of two")
    end
    for index = 1, 2 do
      numbers[#numbers + 1] = by[index] == nil and NONE or field_number(
        schema.argument("dc:detector rules", "by", { type = "name" }, by[index]), "dc:detector")
    end
    numbers[#numbers + 1] = rule.within
    numbers[#numbers + 1] = rule.more_than
  end
  return numbers
end

local PREPARE = {
  router = function(checked)
    checked.field = field_number(checked.field, "dc:router")
    checked.entries = router_entries(checked)
  end,
  limiter = function(checked)
    checked.field = checked.per and field_number(checked.per, "dc:limiter") or NONE
  end,
  detector = function(checked)
    checked.rules = detector_rules(checked.rules)
  end,
  client = function(checked)
    local other = checked.like and core.private(checked.like, "client")
    checked.like_at = other and other.core
    checked.address_at = checked.address and field_number(
      schema.argument("dc:client", "address", { type = "name" }, "address"), "dc:client") or NONE
    if checked.drift_every > 0 and checked.keys == 0 then
      core.fail("dc:client: drift_every needs the field 'keys': how many keys there are")
    elseif checked.address and checked.address_at < checked.write_rows - 1 then
      core.fail("dc:client: a write of so many rows leaves no room for 'address': give fewer "
        .. "write_rows")
    end
  end,
}

for class, fields in pairs(tickets.fields) do
  FIELDS[class] = fields
  PREPARE[class] = tickets.prepare[class]
end

-- ---- which may stand before which ----

local WAY = { "router", "limiter", "deduplicator", "detector", "singleton", "fence" }

local function with_way(...)
  local set = {}
  for _, list in ipairs { WAY, { ... } } do
    for _, class in ipairs(list) do
      set[class] = true
    end
  end
  return set
end

local PASSES = {
  producer = with_way("spool"),
  consumer = with_way("cache", "updater"),
  client = with_way("cache", "database"),
  cache = with_way("cache", "database"),
  coordinator = { singleton = true },
  updater = with_way("cache", "database"),
}
PASSES.spool = with_way("queue")
for _, class in ipairs(WAY) do
  PASSES[class] = with_way("queue", "ledger", "cache", "database")
end
for class, targets in pairs(tickets.passes) do
  PASSES[class] = PASSES[class] or {}
  for _, target in ipairs(targets) do
    PASSES[class][target] = true
  end
end

-- How the two classes are connected; nil when they are not.
function operators.joint(from, to)
  if PASSES[from] and PASSES[from][to] then
    return function(left, right)
      return core.pass_to(left.core, right.core)
    end
  end
end

-- ---- classes ----

-- Calls that need the links, which may be described later; parts.complete() makes them.
operators.planned = {}

local function plan_call(method, private, other, class)
  local target = core.private(other, class)
  if not target then
    core.fail(("%s: expected a %s, got %s"):format(method, class, schema.show(other)))
  end
  if not operators.planned then
    core.fail("a world is built while its scenario loads, not while it runs")
  end
  local planned = operators.planned
  planned[#planned + 1] = { where = core.where(), ends = { private, target },
    join = function(left, right)
      return core[method](left.core, right.core)
    end }
end

object.class("change feed", {})

-- A check of one time: of the operator's own, or one that another of its class has already.
local function timed_check(self, name, class, time, with)
  local private = object.private(self, class, name)
  if private[name] then
    core.fail(("%s:%s: %s has this check already"):format(class, name, private.label))
  end
  local ns = schema.argument(class .. ":" .. name, "time", { type = "duration", min = 1 }, time)
  local other = with and core.private(with, "check")
  if with and not (other and other.label == name) then
    core.fail(("%s:%s: expected a check of another %s:%s, got %s"):format(
      class, name, class, name, schema.show(with)))
  end
  private[name] = true
  local number = core[name](private.core, ns, other and other.core)
  return with or core.handle("check", { core = number, label = name })
end

local METHODS = {
  database = {
    -- Arrivals for a producer: a message for each row that changes, its key, and the new version.
    changes = function(self)
      local private = object.private(self, "database", "changes")
      return core.handle("change feed", {
        core = core.changes(private.core), label = "changes of " .. private.label })
    end,
    -- The check that nobody asks it when all connections are busy and as many wait as may.
    limited = function(self)
      local private = object.private(self, "database", "limited")
      return core.handle("check", { core = core.limited(private.core), label = "limited" })
    end,
  },
  cache = {
    -- Other caches are told of the writes that pass through this one.
    tells = function(self, ...)
      local private = object.private(self, "cache", "tells")
      for index = 1, select("#", ...) do
        local other = core.private((select(index, ...)), "cache")
        if not other then
          core.fail("cache:tells: expected caches, got " .. schema.show((select(index, ...))))
        elseif other == private then
          core.fail(("cache:tells: %s knows of its own writes: name the others"):format(
            private.label))
        end
        core.tell(private.core, other.core)
      end
    end,
    -- The check that no read is staler than this.
    bounded = function(self, bound, with)
      return timed_check(self, "bounded", "cache", bound, with)
    end,
    -- The check that at the end what is held is as in the database, where that has been quiet.
    equal = function(self, quiet, with)
      return timed_check(self, "equal", "cache", quiet, with)
    end,
  },
  updater = {
    -- The check that each change is in a refresh that follows it, within this time.
    contained = function(self, within, with)
      return timed_check(self, "contained", "updater", within, with)
    end,
  },
  -- Late verdicts are told to the ledger, which gives back what was charged.
  detector = {
    retract_at = function(self, ledger)
      local private = object.private(self, "detector", "retract_at")
      plan_call("retract_at", private, ledger, "ledger")
    end,
  },
  singleton = {
    -- The consumer takes messages while the singleton believes that it holds the lease.
    lead = function(self, consumer)
      plan_call("lead", object.private(self, "singleton", "lead"), consumer, "consumer")
    end,
    -- Does it believe that it holds the lease?
    is_active = function(self)
      return core.is_active(object.private(self, "singleton", "is_active").core)
    end,
  },
  -- The check that nobody acts after another has taken over.
  fence = {
    single = function(self)
      local private = object.private(self, "fence", "single")
      return core.handle("check", { core = core.single(private.core), label = "single" })
    end,
  },
}

for class, methods in pairs(tickets.methods) do
  METHODS[class] = methods
end

-- The private table of a handle of any of these classes; or nil.
function operators.private(value)
  local class = core.class_of(value)
  return FIELDS[class or ""] and core.private(value, class)
end

-- Adds to the methods of a data centre what makes each operator, and returns them. `node(class,
-- number)` makes a handle, `add_methods(class, methods)` a class of nodes.
function operators.with_makers(methods, node, add_methods)
  for class, fields in pairs(FIELDS) do
    local made = tickets.class_of[class] or class
    if made == class then
      add_methods(class, METHODS[class] or {})
    end
    methods[class] = function(self, given)
      local dc = object.private(self, "datacenter", class)
      local checked = schema.check(fields, given)
      if PREPARE[class] then
        PREPARE[class](checked)
      end
      return node(made, core[class](dc.core, checked.name, checked))
    end
  end
  return methods
end

return operators
