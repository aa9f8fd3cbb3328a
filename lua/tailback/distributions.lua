-- distributions: what a message's fields, service times and arrivals are drawn from.
-- SPDX-License-Identifier: MIT
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"
local units = require "tailback.units"

local distributions = {}

object.class("distribution", {
  -- The mean, in seconds where it is a distribution of durations.
  mean = function(self)
    return core.mean(object.private(self, "distribution", "mean").core)
  end,
})

object.class("arrival process", {})

-- The forms: the names of the parameters, and whether these may be durations.
local FORMS = {
  constant = { "value", durations = true },
  uniform = { "low", "high", durations = true },
  uniform_int = { "low", "high" },
  exponential = { "mean", durations = true },
  normal = { "mean", "deviation", durations = true },
  lognormal = { "mu", "sigma" },
  zipf = { "count", "exponent" },
}

-- The parameter as a number, in seconds if it is a duration, and whether it is one.
local function read_parameter(owner, name, value, durations)
  if type(value) == "string" and durations then
    local seconds, expected = units.seconds(value)
    if not seconds then
      core.fail(("%s: %s: expected a number or %s, got %s"):format(
        owner, name, expected, schema.show(value)))
    end
    return seconds, true
  end
  return schema.argument(owner, name, { type = "number" }, value), false
end

local function make(kind, form, ...)
  local owner = "tb." .. kind
  local given, numbers, is_time = { ... }, {}, false
  for index, name in ipairs(form) do
    local number, is_duration = read_parameter(owner, name, given[index], form.durations)
    numbers[index], is_time = number, is_time or is_duration
  end
  if select("#", ...) > #form then
    core.fail(("%s takes %s and no more"):format(owner, table.concat(form, " and ")))
  end
  local distribution, wrong, requirement = core.distribution(kind, table.unpack(numbers))
  if not distribution then
    for index, name in ipairs(form) do
      if name == wrong then
        core.fail(("%s: %s must be %s, got %s"):format(
          owner, wrong, requirement, schema.show(given[index])))
      end
    end
  end
  return core.handle("distribution", { core = distribution, is_time = is_time, label = owner })
end

for kind, form in pairs(FORMS) do
  distributions[kind] = function(...)
    return make(kind, form, ...)
  end
end

local function arrivals(kind, rate)
  return core.handle("arrival process", { core = core.arrivals(kind, rate), label = "arrivals" })
end

-- Arrivals at random, independent of each other, at this rate per second.
function distributions.poisson(rate)
  local number, expected = units.rate(rate)
  if not number or number <= 0 then
    core.fail(("tb.poisson: expected %s, got %s"):format(
      expected or "a rate above 0", schema.show(rate)))
  end
  return arrivals("poisson", number)
end

-- Arrivals at equal distances.
function distributions.periodic(interval)
  local nanoseconds = schema.argument(
    "tb.periodic", "interval", { type = "duration", min = 1 }, interval)
  return arrivals("periodic", 1e9 / nanoseconds)
end

-- ---- as types of fields ----

-- Numbers: a distribution, or one number. The checked value is the core's.
function schema.types.distribution(value)
  if type(value) == "number" then
    return (core.distribution("constant", value))
  end
  local private = core.private(value, "distribution")
  if private and private.is_time then
    return nil, "a distribution of numbers, not of durations"
  end
  return private and private.core or nil, "a number or a distribution such as tb.uniform_int(1, 6)"
end

-- Durations: a distribution, or one duration. On average at most field.mean_max seconds, or a year.
function schema.types.times(value, field)
  local longest = field.mean_max or 365 * 86400
  local private = core.private(value, "distribution")
  local mean = private and core.mean(private.core) or units.seconds(value)
  if mean and not (mean >= 0 and mean <= longest) then
    return nil, ("durations from 0 to %s on average"):format(units.text(longest * 1e9))
  end
  if private then
    return private.core
  elseif mean then
    return (core.distribution("constant", mean))
  end
  return nil, 'a duration such as "2ms" or a distribution such as tb.exponential("2ms")'
end

function schema.types.arrivals(value)
  local private = core.private(value, "arrival process")
  return private and private.core or nil, "an arrival process such as tb.poisson(800)"
end

return distributions
