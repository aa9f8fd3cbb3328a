-- tailback: what a scenario gets from require "tailback".
-- SPDX-License-Identifier: MIT
--
-- Run once for each scenario, with the core (lua/bind.h). Returns the globals of the scenario, and
-- a function that completes the world when the scenario's file has been run.
local core = ...

local loaded = {}

-- The library's own modules get the core; those of systems/ get only what every scenario gets, and
-- the schema, so that they check their fields in the same words.
local function require(name)
  if loaded[name] == nil then
    loaded[name] = core.load_library(name)(core, require)
  end
  return loaded[name]
end

local distributions = require "tailback.distributions"
local measures = require "tailback.measures"
local object = require "tailback.object"
local params = require "tailback.params"
local parts = require "tailback.parts"
local schema = require "tailback.schema"

local SCENARIO = schema.fields("tb.scenario", {
  { "title", "text", required = true },
  { "question", "text" },
  { "duration", "duration", required = true, min = 1 },
  { "seed", "integer", min = 0, default = 1 },
})

local api = {
  ack = "ack",
  nack = "nack",
  connect = parts.connect,
  datacenter = parts.datacenter,
  expect = measures.expect,
  link = parts.link,
  measures = measures.by_name,
  now = core.now,
  param = params.param,
  pow = math.pow,
}

for name, make in pairs(distributions) do
  api[name] = make
end

local duration -- of the scenario, in nanoseconds

-- Virtual time begins here: everything in the world needs the seed.
function api.scenario(fields)
  local checked = schema.check(SCENARIO, fields)
  if core.has_world() then
    core.fail("tb.scenario was called already: a file is one scenario")
  end
  duration = checked.duration
  core.scenario(checked.title, checked.question or "", checked.duration, checked.seed)
end

local function require_scenario()
  if not core.has_world() then
    core.fail("call tb.scenario first: it says the seed and the duration")
  end
end

-- tb.at(time, label, action): the label, which may be left out, is what the summary calls it.
function api.at(time, label, action)
  if action == nil and type(label) == "function" then
    label, action = nil, label
  end
  require_scenario()
  local nanoseconds = schema.argument("tb.at", "time", { type = "duration" }, time)
  if nanoseconds > duration then
    core.fail(("tb.at: %s is after the end of the scenario, at %.9g s: it would never happen"):format(
      schema.show(time), duration / 1e9))
  end
  if label ~= nil then
    schema.argument("tb.at", "label", { type = "text" }, label)
  end
  local checked = schema.argument("tb.at", "action", { type = "function" }, action)
  core.process(checked, nanoseconds, label, "an action of tb.at")
end

-- tb.process(body): runs from now on beside everything else; pauses with tb.sleep.
function api.process(body)
  require_scenario()
  core.process(schema.argument("tb.process", "body", { type = "function" }, body), core.now_ns())
end

-- Processes sleep often, and for the same time: each text is read once.
local sleeps, sleep_count = {}, 0

local function read_sleep(duration)
  local seconds = schema.argument("tb.sleep", "duration", { type = "duration" }, duration) / 1e9
  if sleep_count < 1000 then
    sleeps[duration], sleep_count = seconds, sleep_count + 1
  end
  return seconds
end

function api.sleep(duration)
  if type(duration) ~= "number" then
    duration = sleeps[duration] or read_sleep(duration)
  end
  return core.sleep(duration)
end

-- tb.every(interval, action): first one interval from now.
function api.every(interval, action)
  require_scenario()
  local nanoseconds = schema.argument(
    "tb.every", "interval", { type = "duration", min = 1 }, interval)
  schema.argument("tb.every", "action", { type = "function" }, action)
  core.process(function()
    while true do
      action()
      core.sleep(nanoseconds / 1e9)
    end
  end, core.now_ns() + nanoseconds, nil, "an action of tb.every")
end

-- tb.latency(measure): this tally is what the summary calls the latency.
function api.latency(measure)
  local private = core.private(measure, "measure")
  if not private or private.kind ~= "tally" then
    core.fail("tb.latency: expected a measure with percentiles, such as "
      .. 'tb.measures["beijing/billing/latency"], got ' .. schema.show(measure))
  end
  core.latency(private.core)
end

-- tb.seconds("30ms") is 0.03.
function api.seconds(duration)
  return schema.argument("tb.seconds", "duration", { type = "duration" }, duration) / 1e9
end

-- Each is made when it is asked for, since it must then be evaluated.
api.checks = object.read_only("tb.checks", {
  budgets = function(ledger)
    local private = core.private(ledger, "ledger")
    if not private then
      core.fail("tb.checks.budgets: expected a ledger, got " .. schema.show(ledger))
    end
    return measures.budgets(private.core)
  end,
}, function(name)
  if name == "exactly_once" or name == "conservation" then
    return measures[name]()
  end
  core.fail(("tb.checks has no '%s'; it has budgets(ledger), conservation, exactly_once"):format(
    tostring(name):sub(1, 64)))
end)

local tb = object.read_only("tb", api)

-- ---- the systems ----

local function system(name)
  local made
  return function()
    if made == nil then
      made = core.load_library(name)(tb, schema, object)
    end
    return made
  end
end

loaded["tailback.environment"] = core.load_library("tailback.environment")(
  core, require, { ["systems.billing"] = system("systems.billing") })

local function complete()
  if not core.has_world() then
    core.fail('the file describes no scenario: call tb.scenario { title = ..., duration = ... }',
      core.where())
  end
  parts.complete()
  params.complete()
end

return require "tailback.environment"(tb), complete
