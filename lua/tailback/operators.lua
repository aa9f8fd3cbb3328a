-- operators: what systems are made of besides producers, queues, consumers and ledgers.
-- SPDX-License-Identifier: MIT
--
-- Each is a class of its own. Which may stand before which is in PASSES; tb.connect asks for it.
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"

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
    window(),
  }),
  coordinator = schema.fields("dc:coordinator", {
    { "name", "name", required = true },
    { "lease", "duration", min = MICROSECOND, default = "1s" },
  }),
  singleton = schema.fields("dc:singleton", {
    { "name", "name", required = true },
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
    { "waiting", "integer", min = 1, max = MILLION, default = 10000 },
    { "timeout", "duration", min = MICROSECOND, default = "1s" },
  }),
  client = schema.fields("dc:client", {
    { "name", "name", required = true },
    { "arrivals", "arrivals", required = true },
    { "key", "distribution", required = true },
    { "writes", "number", min = 0, max = 1, default = 0 },
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
}

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
  producer = with_way(),
  consumer = with_way("cache"),
  client = with_way("cache", "database"),
  cache = with_way("cache", "database"),
  coordinator = { singleton = true },
}
for _, class in ipairs(WAY) do
  PASSES[class] = with_way("queue", "ledger", "cache", "database")
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

local METHODS = {
  -- Does it believe that it holds the lease?
  singleton = {
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

-- The private table of a handle of any of these classes; or nil.
function operators.private(value)
  local class = core.class_of(value)
  return FIELDS[class or ""] and core.private(value, class)
end

-- Adds to the methods of a data centre what makes each operator, and returns them. `node(class,
-- number)` makes a handle, `add_methods(class, methods)` a class of nodes.
function operators.with_makers(methods, node, add_methods)
  for class, fields in pairs(FIELDS) do
    add_methods(class, METHODS[class] or {})
    methods[class] = function(self, given)
      local dc = object.private(self, "datacenter", class)
      local checked = schema.check(fields, given)
      if PREPARE[class] then
        PREPARE[class](checked)
      end
      return node(class, core[class](dc.core, checked.name, checked))
    end
  end
  return methods
end

return operators
