-- measures: what is measured, by name, and bounds on it.
-- SPDX-License-Identifier: MIT
local core, require = ...
local names = require "tailback.names"
local object = require "tailback.object"
local schema = require "tailback.schema"

local measures = {}

local WINDOW = schema.fields("the window", {
  { "from", "duration", default = 0 },
  { "to", "duration" },
})

-- A limit in the measure's unit.
local function read_limit(measure, owner, limit)
  if measure.unit == "ns" then
    return schema.argument(owner, "limit", { type = "duration" }, limit)
  end
  return schema.argument(owner, "limit", { type = "number" }, limit)
end

local function bound(measure, relation, limit, window, percent)
  local checked = schema.check(WINDOW, window or {}, relation)
  local number = read_limit(measure, relation, limit)
  if checked.to and checked.to <= checked.from then
    core.fail(("field 'to' of %s: expected a time after 'from'"):format(relation))
  end
  local check = core.bound(measure.core, relation, number, checked.from, checked.to, percent)
  return core.handle("check", { core = check, label = "check of " .. measure.label })
end

-- In seconds where the measure is in nanoseconds.
local function readable(measure, value)
  return measure.unit == "ns" and value / 1e9 or value
end

-- ---- a percentile of a measure ----

object.class("percentile", {
  -- Over the whole run so far.
  value = function(self)
    local this = object.private(self, "percentile", "value")
    return readable(this.measure, core.percentile(this.measure.core, this.percent))
  end,
  -- The check that it stays below the limit in every second of the window { from =, to = }.
  below = function(self, limit, window)
    local this = object.private(self, "percentile", "below")
    return bound(this.measure, "below", limit, window, this.percent)
  end,
  above = function(self, limit, window)
    local this = object.private(self, "percentile", "above")
    return bound(this.measure, "above", limit, window, this.percent)
  end,
})

-- ---- a measure ----

local function require_kind(this, method, kind, article)
  if this.kind ~= kind then
    core.fail(("%s is for a %s; %s is a %s"):format(method, article, this.label, this.kind))
  end
end

local function refuse_tally(this, method)
  if this.kind == "tally" then
    core.fail(("%s has many values: bound a percentile, as in :p(99):%s(...)"):format(
      this.label, method))
  end
end

object.class("measure", {
  -- Of one that tb.measure made: a counter counts, a gauge changes, a tally gets a value.
  add = core.measure_add,
  set = core.measure_set,
  record = core.measure_record,
  -- A counter's count, a gauge's level, the number of a tally's values.
  value = function(self)
    local this = object.private(self, "measure", "value")
    local value = core.value(this.core)
    return this.kind == "tally" and value or readable(this, value)
  end,
  mean = function(self)
    local this = object.private(self, "measure", "mean")
    if this.kind == "counter" then
      core.fail(("%s is a counter: it has a value and no mean"):format(this.label))
    end
    return readable(this, core.mean_of(this.core))
  end,
  max = function(self)
    local this = object.private(self, "measure", "max")
    if this.kind == "counter" then
      core.fail(("%s is a counter: it has a value and no maximum"):format(this.label))
    end
    return readable(this, core.max_of(this.core))
  end,
  p = function(self, percent)
    local this = object.private(self, "measure", "p")
    require_kind(this, "p", "tally", "tally, such as a latency")
    local number = schema.argument("p", "percent", { type = "number", min = 0, max = 100 }, percent)
    local label = ("p%.9g of %s"):format(number, this.label)
    return core.handle("percentile", { measure = this, percent = number, label = label })
  end,
  below = function(self, limit, window)
    local this = object.private(self, "measure", "below")
    refuse_tally(this, "below")
    return bound(this, "below", limit, window)
  end,
  above = function(self, limit, window)
    local this = object.private(self, "measure", "above")
    refuse_tally(this, "above")
    return bound(this, "above", limit, window)
  end,
})

-- ---- by name ----

local known = {}   -- name to { core =, unit =, kind =, label = }
local handles = {} -- name to handle
local seen = 0     -- of the core's measures, which only grow

local function look_again()
  for number = seen + 1, core.measure_count() do
    local name, unit, kind = core.measure(number)
    known[name] = { core = number, unit = unit, kind = kind, label = name }
    seen = number
  end
end

-- nil when there is none of this name.
function measures.find(name)
  look_again()
  if known[name] and not handles[name] then
    handles[name] = core.handle("measure", known[name])
  end
  return handles[name]
end

local function missing(name)
  if type(name) ~= "string" then
    core.fail("tb.measures is read by name, not by a " .. type(name))
  end
  if not core.has_world() then
    core.fail("there are no measures yet: call tb.scenario and build the world first")
  end
  local handle = measures.find(name)
  if handle then
    return handle
  end
  local text = name:sub(1, 64)
  core.fail(("there is no measure '%s'%s"):format(text, names.hint(text, names.keys(known),
    "; a measure is called \"datacenter/node/what\"")))
end

measures.by_name = setmetatable({}, {
  __index = function(_, name)
    return missing(name)
  end,
  __newindex = function()
    core.fail("tb.measures cannot be changed")
  end,
  __metatable = false,
  __pairs = function()
    look_again()
    local all = {}
    for name in pairs(known) do
      all[name] = measures.find(name)
    end
    return pairs(all)
  end,
})

-- The name of what may be a measure, one of its percentiles, or its name.
function measures.name_of(owner, value)
  if type(value) == "string" then
    value = missing(value)
  end
  local private = core.private(value, "measure")
  local percentile = core.private(value, "percentile")
  if not private and not percentile then
    core.fail(("%s: expected a measure or its name, got %s"):format(owner, schema.show(value)))
  end
  return (private or percentile.measure).label
end

-- ---- measures of the scenario's own ----

local MEASURE = schema.fields("tb.measure", {
  { "kind", "choice", choices = { "counter", "gauge", "tally" }, default = "tally" },
  { "unit", "text", default = "values" },
})

-- tb.measure(name, { kind =, unit = }): a tally keeps the distribution of its values, a gauge its
-- level over time, a counter counts.
function measures.measure(name, fields)
  local checked_name = schema.argument("tb.measure", "name", { type = "name" }, name)
  local checked = schema.check(MEASURE, fields or {})
  local number, block = core.record(checked_name, checked.kind, checked.unit)
  if not number then
    core.fail(("tb.measure: there is a measure '%s' already: choose another name"):format(name))
  end
  look_again()
  handles[checked_name] = core.handle("measure", known[checked_name], block)
  return handles[checked_name]
end

return measures
