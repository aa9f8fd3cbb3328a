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

local arrivals = require "tailback.arrivals"
local checks = require "tailback.checks"
local distributions = require "tailback.distributions"
local faults = require "tailback.faults"
local lesson = require "tailback.lesson"
local measures = require "tailback.measures"
local object = require "tailback.object"
local params = require "tailback.params"
local parts = require "tailback.parts"
local schema = require "tailback.schema"
local time = require "tailback.time"

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
  fault = faults,
  link = parts.link,
  measures = measures.by_name,
  measure = measures.measure,
  node = parts.node,
  now = core.now,
  param = params.param,
  pow = math.pow,
}

for _, module in ipairs { distributions, arrivals, time, checks, lesson } do
  for name, call in pairs(module) do
    api[name] = call
  end
end

-- Virtual time begins here: everything in the world needs the seed.
function api.scenario(fields)
  local checked = schema.check(SCENARIO, fields)
  if core.has_world() then
    core.fail("tb.scenario was called already: a file is one scenario")
  end
  core.scenario(checked.title, checked.question or "", checked.duration, checked.seed)
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
  core, require, {
    ["systems.billing"] = system("systems.billing"),
    ["systems.ticket"] = system("systems.ticket"),
  })

local function complete()
  if not core.has_world() then
    core.fail('the file describes no scenario: call tb.scenario { title = ..., duration = ... }',
      core.where())
  end
  parts.complete()
  params.complete()
end

return require "tailback.environment"(tb), complete
