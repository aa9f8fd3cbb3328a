-- distributions: what a message's fields and service times are drawn from.
-- SPDX-License-Identifier: MIT
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"
local units = require "tailback.units"

local distributions = {}

object.class("distribution", {
  -- One draw, from the stream of this use: draw() is one for each place that draws, draw "gap"
  -- the one of that name.
  draw = core.distribution_draw,
  -- The mean, in seconds where it is a distribution of durations.
  mean = function(self)
    return core.mean(object.private(self, "distribution", "mean").core)
  end,
  -- The variance, in seconds squared where it is a distribution of durations.
  variance = function(self)
    return core.variance(object.private(self, "distribution", "variance").core)
  end,
})

-- The forms: the names of the parameters, and from which one on they may be durations.
local FORMS = {
  constant = { "value", durations_from = 1 },
  uniform = { "low", "high", durations_from = 1 },
  uniform_int = { "low", "high" },
  exponential = { "mean", durations_from = 1 },
  normal = { "mean", "deviation", durations_from = 1 },
  normal_positive = { "mean", "deviation", durations_from = 1 },
  lognormal = { "mu", "sigma" },
  gamma = { "shape", "scale", durations_from = 2 },
  erlang = { "stages", "mean", durations_from = 2 },
  hyperexponential = { "probability", "first_mean", "second_mean", durations_from = 2 },
  pareto = { "shape", "minimum", durations_from = 2 },
  weibull = { "shape", "scale", durations_from = 2 },
  zipf = { "count", "exponent" },
}

local function handle(kind, number, is_time)
  if is_time then
    core.durations(number)
  end
  local private = { core = number, is_time = is_time, label = "tb." .. kind }
  return core.handle("distribution", private, number)
end

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
  if select("#", ...) > #form then
    core.fail(("%s takes %s and no more"):format(owner, table.concat(form, " and ")))
  end
  for index, name in ipairs(form) do
    local durations = index >= (form.durations_from or math.huge)
    local number, is_duration = read_parameter(owner, name, given[index], durations)
    numbers[index], is_time = number, is_time or is_duration
  end
  if kind == "normal" and is_time and numbers[1] < 4.75 * numbers[2] then
    core.fail(("tb.normal: of durations, the mean must be at least 4.75 deviations, so that next to "
      .. "none is below 0: write tb.normal_positive(%s, %s)"):format(
      schema.show(given[1]), schema.show(given[2])))
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
  if is_time and core.least(distribution) < 0 then
    core.fail(("%s: expected durations of at least 0, got some of %.9g s"):format(
      owner, core.least(distribution)))
  end
  return handle(kind, distribution, is_time)
end

for kind, form in pairs(FORMS) do
  distributions[kind] = function(...)
    return make(kind, form, ...)
  end
end

-- ---- tables ----

local VALUES_MAX = 1000000

-- A list of numbers or durations, as numbers; and whether they are durations.
local function read_values(owner, what, list, durations)
  if type(list) ~= "table" or #list == 0 then
    core.fail(("%s: %s: expected a list such as { 1, 2, 3 }, got %s"):format(
      owner, what, schema.show(list)))
  elseif #list > VALUES_MAX then
    core.fail(("%s: %s: expected at most %d of them, got %d"):format(
      owner, what, VALUES_MAX, #list))
  end
  local numbers, is_time = {}, false
  for index = 1, #list do
    local name = ("number %d of the %s"):format(index, what)
    local number, is_duration = read_parameter(owner, name, list[index], durations)
    numbers[index], is_time = number, is_time or is_duration
  end
  return numbers, is_time
end

local function make_table(kind, wrong_list, ...)
  local distribution, index, requirement = core.table(...)
  if not distribution then
    core.fail(("tb.%s: number %d of the %s: expected %s"):format(
      kind, index, wrong_list, requirement))
  end
  return distribution
end

local DISCRETE = schema.fields("tb.discrete", {
  { "values", "any", required = true, about = "a list of numbers or durations" },
  { "weights", "any" },
})

-- tb.discrete { values = { 1, 2 }, weights = { 9, 1 } }: without weights all are as likely.
function distributions.discrete(fields)
  local checked = schema.check(DISCRETE, fields)
  local values, is_time = read_values("tb.discrete", "values", checked.values, true)
  local weights = {}
  if checked.weights ~= nil then
    weights = read_values("tb.discrete", "weights", checked.weights)
    if #weights ~= #values then
      core.fail(("tb.discrete: expected as many weights as values, got %d weights and %d values")
        :format(#weights, #values))
    end
  else
    for index = 1, #values do
      weights[index] = 1
    end
  end
  return handle("discrete", make_table("discrete", "weights", values, weights), is_time)
end

-- What was observed, smoothed: values between two neighbours are as likely as these.
function distributions.empirical(samples)
  local values, is_time = read_values("tb.empirical", "samples", samples, true)
  if #values < 2 then
    core.fail("tb.empirical: expected two samples at least")
  end
  return handle("empirical", make_table("empirical", "samples", values), is_time)
end

-- ---- as types of fields ----

-- Numbers: a distribution, or one number. The checked value is the core's.
function schema.types.distribution(value)
  if type(value) == "number" then
    return (core.distribution("constant", value)), "a number"
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
  local least = private and core.least(private.core) or 0
  if least < 0 then
    return nil, ("durations that are never below 0, such as %s, and these go down to %.9g s")
      :format(private.label == "tb.normal" and "those of tb.normal_positive"
        or 'tb.uniform("1ms", "3ms")', least)
  end
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

function schema.substitutes.times()
  return (core.distribution("constant", 0))
end

return distributions
