-- arrivals: when messages are born: processes, and recordings.
-- SPDX-License-Identifier: MIT
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"
require "tailback.distributions"

local arrivals = {}

local STAGES_MAX = 32

object.class("arrival process", {
  -- Arrivals per second in the long run.
  rate = function(self)
    return core.rate(object.private(self, "arrival process", "rate").core)
  end,
})

object.class("recording", {})

local function make(kind, fields)
  local process, wrong, requirement = core.arrivals(kind, fields)
  if not process then
    core.fail(("tb.%s: %s must be %s"):format(kind, wrong, requirement))
  end
  return core.handle("arrival process", { core = process, label = "tb." .. kind })
end

-- Arrivals at random, independent of each other, at this rate per second.
function arrivals.poisson(rate)
  return make("poisson", { rate = schema.argument(
    "tb.poisson", "rate", { type = "rate", above = 0 }, rate) })
end

-- Arrivals at equal distances.
function arrivals.periodic(interval)
  local nanoseconds = schema.argument(
    "tb.periodic", "interval", { type = "duration", min = 1 }, interval)
  return make("periodic", { rate = 1e9 / nanoseconds })
end

-- Independent distances from this distribution.
function arrivals.renewal(distances)
  return make("renewal", { interval = schema.argument(
    "tb.renewal", "distances", { type = "times" }, distances) })
end

local DIURNAL = schema.fields("tb.diurnal", {
  { "rate", "rate", above = 0, required = true, about = "the mean rate, such as 800 or \"800/s\"" },
  { "amplitude", "number", min = 0, max = 1, default = 0.5 },
  { "period", "duration", min = 1000, default = "24h" },
  { "peak", "duration", default = "12h" },
})

-- Random arrivals whose rate follows the day: rate (1 + amplitude cos(2 pi (t - peak) / period)).
function arrivals.diurnal(fields)
  local checked = schema.check(DIURNAL, fields)
  return make("diurnal", {
    rate = checked.rate,
    amplitude = checked.amplitude,
    period = checked.period / 1e9,
    peak = checked.peak / 1e9,
  })
end

-- ---- stages ----

local STAGE = schema.fields("a stage", {
  { "rate", "rate", min = 0, required = true, about = "arrivals such as 800 or \"800/s\"" },
  { "duration", "duration", min = 1000 },
})

-- The list as the core wants it. A stage that ends must say when.
local function read_stages(owner, list, lasts_for_ever)
  if type(list) ~= "table" or #list == 0 or #list > STAGES_MAX then
    core.fail(("%s takes 1 to %d stages, such as { rate = 800, duration = \"1min\" }"):format(
      owner, STAGES_MAX))
  end
  local stages = {}
  for index = 1, #list do
    local name = ("stage %d of %s"):format(index, owner)
    local checked = schema.check(STAGE, list[index], name)
    if not checked.duration and not (lasts_for_ever and index == #list) then
      core.fail(("%s needs the field 'duration': a duration such as \"1min\""):format(name))
    end
    stages[index] = { checked.rate, (checked.duration or 1e9) / 1e9 }
  end
  for key in pairs(list) do
    if math.type(key) ~= "integer" or key < 1 or key > #list then
      if key ~= "repeats" or owner ~= "tb.stages" then
        core.fail(("%s takes a list of stages%s; what is '%s'?"):format(owner,
          owner == "tb.stages" and " and repeats = true" or "", tostring(key):sub(1, 64)))
      end
    end
  end
  return stages
end

-- Random arrivals at the rate of a stage, which lasts for its duration on average; then any other.
function arrivals.bursty(list)
  return make("bursty", { repeats = true, stages = read_stages("tb.bursty", list, false) })
end

-- Random arrivals at the rate of a stage, one stage after the other; the last lasts for ever, unless
-- they repeat.
function arrivals.stages(list)
  local repeats = type(list) == "table" and list.repeats or false
  schema.argument("tb.stages", "repeats", { type = "boolean" }, repeats)
  local stages = read_stages("tb.stages", list, not repeats)
  return make("stages", { repeats = repeats, stages = stages })
end

-- ---- recordings ----

local recordings = {} -- by how much faster they are, and the name of their file

local TIME, KEY, VALUE, NONE = -1, -2, -3, -4 -- world/clicklog.h

local FIELDS = schema.fields("tb.recording", {
  { "faster", "integer", min = 1, max = 1000000, default = 1 },
  { "format", "choice", choices = { "csv", "log" }, default = "csv" },
  { "columns", "table" },
  { "tolerance", "duration", min = 0, default = "0s" },
})

-- The index of an attribute that the messages have, or are to have.
local function attribute(name)
  return core.attribute(schema.argument("tb.recording", "columns", { type = "name" }, name))
    or core.fail(("tb.recording: attribute '%s' is one too many: a scenario has 5"):format(name))
end

-- {column, role, column, role, ...} in the order of the names.
local function read_columns(columns)
  local roles, mapping, names = { time = TIME, key = KEY, value = VALUE }, {}, {}
  for name in pairs(columns) do
    names[#names + 1] = schema.argument("tb.recording", "columns", { type = "name" }, name)
  end
  table.sort(names)
  for _, name in ipairs(names) do
    mapping[#mapping + 1] = schema.argument("tb.recording", "columns", { type = "text" },
      columns[name])
    mapping[#mapping + 1] = roles[name] or attribute(name)
  end
  if not columns.time then
    core.fail('tb.recording: columns needs the name of the column that is the time, '
      .. 'as in { time = "ts", key = "advertiser" }')
  end
  return mapping
end

local function open_clicklog(name, checked)
  local is_log = checked.format == "log"
  if is_log == (checked.columns ~= nil) then
    core.fail(is_log and "tb.recording: a log has its own columns: leave out 'columns'"
      or "tb.recording: a CSV file of any columns needs 'columns', "
        .. 'as in { time = "ts", key = "advertiser" }')
  end
  return core.clicklog(name, is_log, checked.tolerance, is_log and {} or read_columns(
    checked.columns), is_log and attribute("address") or NONE, is_log and attribute("user") or NONE)
end

-- The arrivals in a file below the scenario's folder: comma-separated values of time, key and value,
-- or a web log; or, by its fields, of any columns.
function arrivals.recording(file, fields)
  local name = schema.argument("tb.recording", "file", { type = "text" }, file)
  local checked = schema.check(FIELDS, fields or {})
  if fields and fields.faster and (fields.format or fields.columns) then
    core.fail("tb.recording: faster is of files without 'format' and 'columns'")
  end
  if fields and not fields.faster then
    local opened = open_clicklog(name, checked)
    return core.handle("recording", { core = opened, label = name })
  end
  local key = checked.faster .. " " .. name
  if not recordings[key] then
    recordings[key] = core.handle("recording", {
      core = core.recording(name, checked.faster), label = name })
  end
  return recordings[key]
end

-- ---- as a type of fields ----

function schema.types.arrivals(value)
  local private = core.private(value, "arrival process") or core.private(value, "recording")
    or core.private(value, "change feed")
  return private and private.core or nil, "an arrival process such as tb.poisson(800)"
end

function schema.substitutes.arrivals()
  return (core.arrivals("poisson", { rate = 1 }))
end

return arrivals
