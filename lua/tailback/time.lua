-- time: what happens when: actions, processes, faults that end by themselves.
-- SPDX-License-Identifier: MIT
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"

local time = {}

-- The functions of tb are what this module returns; these are for the other modules.
local hidden = {}

function hidden.require_scenario()
  if not core.has_world() then
    core.fail("call tb.scenario first: it says the seed and the duration")
  end
end

-- A time of the scenario, in ns: not after its end.
function hidden.read(owner, what, value)
  hidden.require_scenario()
  local nanoseconds = schema.argument(owner, what, { type = "duration" }, value)
  if nanoseconds > core.duration() then
    core.fail(("%s: %s is after the end of the scenario, at %.9g s: it would never happen"):format(
      owner, schema.show(value), core.duration() / 1e9))
  end
  return nanoseconds
end

-- tb.at(time, label, action): the label, which may be left out, is what the summary calls it.
function time.at(moment, label, action)
  if action == nil and type(label) == "function" then
    label, action = nil, label
  end
  local nanoseconds = hidden.read("tb.at", "time", moment)
  if label ~= nil then
    schema.argument("tb.at", "label", { type = "text" }, label)
  end
  local checked = schema.argument("tb.at", "action", { type = "function" }, action)
  core.process(checked, nanoseconds, label, "an action of tb.at")
end

-- tb.process(body): runs from now on beside everything else; pauses with tb.sleep.
function time.process(body)
  hidden.require_scenario()
  core.process(schema.argument("tb.process", "body", { type = "function" }, body), core.now_ns())
end

-- Processes sleep often, and for the same time: each text is read once.
local sleeps, sleep_count = {}, 0

-- In seconds.
local function read_sleep(duration)
  if sleeps[duration] then
    return sleeps[duration]
  end
  local seconds = schema.argument("tb.sleep", "duration", { type = "duration" }, duration) / 1e9
  if sleep_count < 1000 then
    sleeps[duration], sleep_count = seconds, sleep_count + 1
  end
  return seconds
end

-- tb.sleep(duration): pauses the process that calls it.
time.sleep = core.sleeper(read_sleep)

-- tb.wait_until(condition): pauses the process until it is true; looked at after every event.
time.wait_until = core.wait

-- tb.every(interval, action): first one interval from now.
function time.every(interval, action)
  hidden.require_scenario()
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

-- ---- faults ----

object.class("fault", {
  -- It is over when it has been stopped as often as it was started.
  start = function(self)
    object.private(self, "fault", "start").start()
  end,
  stop = function(self)
    object.private(self, "fault", "stop").stop()
  end,
})

-- A fault is anything that can start and stop; the parts make theirs by this.
function hidden.fault(label, start, stop)
  return core.handle("fault", { label = label, start = start, stop = stop })
end

local FAULT = schema.fields("a fault", {
  { "start", "function", required = true },
  { "stop", "function", required = true },
})

local function read_fault(value)
  local private = core.private(value, "fault")
  if private then
    return private
  elseif type(value) == "table" then
    return schema.check(FAULT, value)
  end
  core.fail(("tb.during: fault: expected a fault such as dc:outage(), or { start = function, stop "
    .. "= function }, got %s"):format(schema.show(value)))
end

-- tb.during(from, to, label, fault): the fault starts at one time and stops at the other.
function time.during(from, to, label, fault)
  if fault == nil and type(label) ~= "string" then
    label, fault = nil, label
  end
  local first = hidden.read("tb.during", "from", from)
  local last = hidden.read("tb.during", "to", to)
  if last <= first then
    core.fail(("tb.during: to: expected a time after %s, got %s"):format(
      schema.show(from), schema.show(to)))
  end
  if label ~= nil then
    schema.argument("tb.during", "label", { type = "text" }, label)
  end
  local checked = read_fault(fault)
  core.process(checked.start, first, label, "a fault of tb.during")
  core.process(checked.stop, last, label and label .. ": over", "a fault of tb.during")
end

-- ---- small things ----

-- tb.seconds("30ms") is 0.03.
function time.seconds(duration)
  return schema.argument("tb.seconds", "duration", { type = "duration" }, duration) / 1e9
end

-- tb.log(format, ...): prints what string.format makes of it.
function time.log(format, ...)
  schema.argument("tb.log", "format", { type = "text" }, format)
  core.print((format:format(...)))
end

return setmetatable(time, { __index = hidden })
