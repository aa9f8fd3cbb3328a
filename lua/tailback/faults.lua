-- faults: what can go wrong for a time; each for tb.during, or to be started and stopped by hand.
-- SPDX-License-Identifier: MIT
local core, require = ...
local object = require "tailback.object"
local operators = require "tailback.operators"
local schema = require "tailback.schema"
require "tailback.time" -- the class of faults

local faults = {}

local FACTOR = { type = "number", min = 1, max = 1e9 }
local SHARE = { type = "number", above = 0, max = 1 }
local NODES = { "producer", "queue", "consumer", "ledger" }

local function make(label, number)
  return core.handle("fault", {
    label = label,
    core = number,
    start = function()
      core.fault_start(number)
    end,
    stop = function()
      core.fault_stop(number)
    end,
  })
end

-- ---- what they strike ----

-- The name of a data centre, from its handle or its name.
local function place(owner, value)
  local private = core.private(value, "datacenter")
  if private then
    return private.label
  elseif type(value) == "string" then
    return value
  end
  core.fail(("%s: expected a data centre or its name, got %s"):format(owner, schema.show(value)))
end

-- The private table of a handle of one of these classes.
local function target(owner, value, classes)
  for _, class in ipairs(classes) do
    local private = core.private(value, class)
    if private then
      return private
    end
  end
  core.fail(("%s: expected a %s, got %s"):format(
    owner, table.concat(classes, " or a "), schema.show(value)))
end

-- ---- links ----

local function link(kind, a, b, from, values)
  local owner = "tb.fault." .. kind
  local left, right = place(owner, a), place(owner, b)
  local number = core.fault_link(kind, left, right, from and place(owner, from) or "",
    values.probability or 0, values.factor or 0, values.delay or 0)
  return make(("%s of %s and %s"):format(kind, left, right), number)
end

-- tb.fault.cut(a, b, from): both ways, or only what comes from one of them.
function faults.cut(a, b, from)
  return link("cut", a, b, from, {})
end

function faults.slow_link(a, b, factor, from)
  return link("slow_link", a, b, from, {
    factor = schema.argument("tb.fault.slow_link", "factor", FACTOR, factor) })
end

function faults.loss(a, b, probability, from)
  return link("loss", a, b, from, {
    probability = schema.argument("tb.fault.loss", "probability", SHARE, probability) })
end

function faults.duplication(a, b, probability, from)
  return link("duplication", a, b, from, {
    probability = schema.argument("tb.fault.duplication", "probability", SHARE, probability) })
end

function faults.reordering(a, b, probability, delay, from)
  return link("reordering", a, b, from, {
    probability = schema.argument("tb.fault.reordering", "probability", SHARE, probability),
    delay = schema.argument("tb.fault.reordering", "delay", { type = "duration", min = 1 }, delay) })
end

-- ---- nodes and data centres ----

local function node(kind, value, factor, offset, drift)
  local this = operators.private(value) or target("tb.fault." .. kind, value, NODES)
  local number = core.fault_node(kind, this.core, factor or 1, offset or 0, drift or 0)
  return make(("%s of %s"):format(kind, this.label), number)
end

-- tb.fault.outage(what): of a node, or of a data centre.
function faults.outage(what)
  if core.private(what, "datacenter") or type(what) == "string" then
    local name = place("tb.fault.outage", what)
    return make("outage of " .. name, core.fault_datacenter(name))
  end
  return node("outage", what)
end

function faults.pause(what)
  return node("pause", what)
end

function faults.slow(what, factor)
  return node("slow", what, schema.argument("tb.fault.slow", "factor", FACTOR, factor))
end

-- tb.fault.clock_skew(what, offset, drift): seconds, and seconds in each second.
function faults.clock_skew(what, offset, drift)
  local seconds = schema.argument(
    "tb.fault.clock_skew", "offset", { type = "number", min = -31536000, max = 31536000 }, offset)
  local gained = schema.argument(
    "tb.fault.clock_skew", "drift", { type = "number", min = -0.5, max = 0.5 }, drift or 0)
  return node("clock_skew", what, 1, math.floor(seconds * 1e9 + 0.5), gained)
end

-- ---- disks ----

local function disk(kind, datacenter, factor)
  local name = place("tb.fault." .. kind, datacenter)
  return make(("%s in %s"):format(kind, name), core.fault_disk(kind, name, factor or 1))
end

function faults.disk_full(datacenter)
  return disk("disk_full", datacenter)
end

function faults.disk_slow(datacenter, factor)
  return disk("disk_slow", datacenter,
    schema.argument("tb.fault.disk_slow", "factor", FACTOR, factor))
end

function faults.disk_sync(datacenter)
  return disk("disk_sync", datacenter)
end

-- ---- load ----

function faults.spike(producer, factor)
  local this = target("tb.fault.spike", producer, { "producer" })
  local checked = schema.argument(
    "tb.fault.spike", "factor", { type = "number", min = 0, max = 1000000 }, factor)
  return make("spike of " .. this.label, core.fault_spike(this.core, checked))
end

function faults.hot_key(producer, key, share)
  local this = target("tb.fault.hot_key", producer, { "producer" })
  local number = core.fault_hot_key(this.core,
    schema.argument("tb.fault.hot_key", "key", { type = "integer", min = 0 }, key),
    schema.argument("tb.fault.hot_key", "share", SHARE, share))
  return make("hot key of " .. this.label, number)
end

-- tb.fault.poison(consumer, share, restart_after): given back for ever; or, with a third argument,
-- the consumer crashes, and restarts after that time.
function faults.poison(consumer, share, restart_after)
  local this = target("tb.fault.poison", consumer, { "consumer" })
  local checked = schema.argument("tb.fault.poison", "share", SHARE, share)
  local after = restart_after and schema.argument(
    "tb.fault.poison", "restart_after", { type = "duration", min = 1 }, restart_after)
  local number = core.fault_poison(this.core, checked, restart_after ~= nil, after or 0)
  return make("poison of " .. this.label, number)
end

-- tb.fault.botnet(producer, name, addresses, rate, attribute): messages like the producer's, from so
-- many addresses, at this rate each; the address is the attribute of that name.
function faults.botnet(producer, name, addresses, rate, attribute)
  local owner = "tb.fault.botnet"
  local this = target(owner, producer, { "producer" })
  local index = core.attribute(
    schema.argument(owner, "attribute", { type = "name" }, attribute))
  if not index then
    core.fail(("%s: attribute '%s' is no attribute of a message"):format(owner, attribute))
  end
  local number = core.fault_botnet(this.core,
    schema.argument(owner, "name", { type = "name" }, name),
    schema.argument(owner, "addresses", { type = "integer", min = 1, max = 1000000 }, addresses),
    schema.argument(owner, "rate", { type = "number", above = 0, max = 1e6 }, rate), index)
  return make("botnet beside " .. this.label, number)
end

-- tb.fault.hit(fault): what it has hit so far.
function faults.hit(fault)
  local private = core.private(fault, "fault")
  if not private or not private.core then
    core.fail("tb.fault.hit: expected a fault of tb.fault, got " .. schema.show(fault))
  end
  return core.fault_hit(private.core)
end

return object.read_only("tb.fault", faults)
