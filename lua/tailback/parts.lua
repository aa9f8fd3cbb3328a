-- parts: what a world is made of: data centres, producers, queues, consumers, ledgers, links.
-- SPDX-License-Identifier: MIT
local core, require = ...
local names = require "tailback.names"
local object = require "tailback.object"
local schema = require "tailback.schema"
require "tailback.distributions"

local parts = {}

local BILLION = 1000000000
local MICROSECOND, MILLISECOND = 1000, 1000000 -- what is repeated has a least distance

-- ---- the fields of each ----

local JOURNAL = {
  { "sync", "choice", choices = { "none", "interval", "every_n", "always" }, default = "always" },
  { "interval", "duration", min = MICROSECOND, default = "100ms" },
  { "every_n", "integer", min = 1, max = BILLION, default = 100 },
  { "segment_size", "bytes", min = 4096, max = 1 << 40, default = "16MiB" },
}

local function with_journal(owner, fields)
  for _, field in ipairs(JOURNAL) do
    fields[#fields + 1] = {}
    for key, entry in pairs(field) do
      fields[#fields][key] = entry
    end
  end
  return schema.fields(owner, fields)
end

-- What every message has; any other field of `message` is an attribute of the scenario's own.
local MESSAGE = {
  key = { type = "distribution", default = 0 },
  value = { type = "distribution", default = 0 },
  size = { type = "bytes", min = 0, max = 1 << 20, default = 100 },
}

local PRODUCER = schema.fields("dc:producer", {
  { "name", "name", required = true },
  { "arrivals", "arrivals", required = true },
  { "message", "table", default = {} },
  { "buffer", "integer", min = 1, max = BILLION, default = 100000 },
  { "window", "integer", min = 1, max = 1000000, default = 1000 },
  { "linger", "duration", min = 0, default = "0s" },
  { "timeout", "duration", min = MICROSECOND, default = "1s" },
  { "backoff", "duration", min = MICROSECOND, default = "200ms" },
  { "backoff_max", "duration", min = MICROSECOND, default = "2s" },
})

local COMING = {
  point_to_point = "the one model that the world offers is 'producer_consumer'",
  publish_subscribe = "the one model that the world offers is 'producer_consumer'",
  mvc = "the one model that the world offers is 'producer_consumer'",
}

local QUEUE = with_journal("dc:queue", {
  { "name", "name", required = true },
  { "model", "choice", choices = { "producer_consumer" }, absent = COMING,
    default = "producer_consumer" },
  { "store", "choice", choices = { "memory", "journal" }, default = "memory" },
  { "capacity", "integer", min = 1, max = BILLION, default = 1000000 },
  { "when_full", "choice", choices = { "block", "reject", "drop_oldest", "drop_newest" },
    default = "block" },
  { "lease", "duration", min = MICROSECOND, default = "5s" },
  { "attempts_max", "integer", min = 0, max = 65535, default = 0 },
  { "prefetch", "integer", min = 0, max = 1000000, default = 0 },
  { "backoff", "duration", min = 0, default = "100ms" },
  { "backoff_max", "duration", min = 0, default = "10s" },
  { "operation", "times", mean_max = 3600, default = "2us" },
})

local CONSUMER = schema.fields("dc:consumer", {
  { "name", "name", required = true },
  { "time", "times", required = true },
  { "workers", "integer", min = 1, max = 1000000, default = 1 },
  { "subscribe_every", "duration", min = MILLISECOND, default = "1s" },
  { "on_message", "function" },
})

local LEDGER = with_journal("dc:ledger", {
  { "name", "name", required = true },
  { "budget", "integer", min = 0, default = math.maxinteger },
})

local LINK = schema.fields("tb.link", {
  { "latency", "times", mean_max = 86400, required = true },
  { "bandwidth", "bandwidth", above = 0 },
})

-- ---- nodes ----

local unconnected = {} -- a node's number to where it was made and what it lacks, until tb.connect

local function add_methods(class, methods)
  function methods.crash(self)
    core.crash(object.private(self, class, "crash").core)
  end
  function methods.restart(self)
    core.restart(object.private(self, class, "restart").core)
  end
  function methods.is_up(self)
    return core.is_up(object.private(self, class, "is_up").core)
  end
  object.class(class, methods)
end

add_methods("producer", {
  -- Messages in its buffer.
  held = function(self)
    return core.held(object.private(self, "producer", "held").core)
  end,
})

add_methods("queue", {
  -- Messages inside.
  depth = function(self)
    return core.depth(object.private(self, "queue", "depth").core)
  end,
})

add_methods("consumer", {})
add_methods("ledger", {})

local function node(class, number)
  return core.handle(class, { core = number, label = core.path(number) })
end

-- ---- messages ----

local RESERVED = { id = true, born = true, attempt = true, kind = true }

-- The recipe as the core wants it: attributes by their index, those of other producers constant 0.
local function read_message(given)
  local recipe = { attributes = {} }
  for name, field in pairs(MESSAGE) do
    local value = given[name]
    if value == nil then
      value = field.default
    end
    recipe[name] = schema.argument("message", name, field, value)
  end
  for name, value in pairs(given) do
    if RESERVED[name] then
      core.fail(("field '%s' of a message is given by the world: choose another name"):format(name))
    elseif not MESSAGE[name] then
      local checked = schema.argument("message", tostring(name), { type = "distribution" }, value)
      local index = core.attribute(schema.argument("message", "attribute", { type = "name" }, name))
      if not index then
        core.fail(("attribute '%s' of a message is one too many: a scenario has 5"):format(name))
      end
      recipe.attributes[index + 1] = checked
    end
  end
  local count = 0
  for index in pairs(recipe.attributes) do
    count = math.max(count, index)
  end
  for index = 1, count do
    recipe.attributes[index] = recipe.attributes[index] or core.distribution("constant", 0)
  end
  return recipe
end

-- ---- data centres ----

local datacenters = {} -- by name

local function make_producer(self, fields)
  local dc = object.private(self, "datacenter", "producer")
  local checked = schema.check(PRODUCER, fields)
  local number = core.producer(dc.core, checked.name, {
    arrivals = checked.arrivals,
    message = read_message(checked.message),
    buffer = checked.buffer,
    window = checked.window,
    linger = checked.linger,
    timeout = checked.timeout,
    backoff_first = checked.backoff,
    backoff_max = math.max(checked.backoff, checked.backoff_max),
  })
  unconnected[number] = { where = core.where(), text =
    "producer '" .. core.path(number) .. "' sends to no queue: tb.connect(producer, queue)" }
  return node("producer", number)
end

local function make_queue(self, fields)
  local dc = object.private(self, "datacenter", "queue")
  local checked = schema.check(QUEUE, fields)
  checked.backoff_first = checked.backoff
  checked.backoff_max = math.max(checked.backoff, checked.backoff_max)
  return node("queue", core.broker(dc.core, checked.name, checked))
end

local function make_consumer(self, fields)
  local dc = object.private(self, "datacenter", "consumer")
  local checked = schema.check(CONSUMER, fields)
  local number = core.consumer(dc.core, checked.name, checked)
  unconnected[number] = { where = core.where(), text =
    "consumer '" .. core.path(number) .. "' takes from no queue: tb.connect(queue, consumer)" }
  return node("consumer", number)
end

local function make_ledger(self, fields)
  local dc = object.private(self, "datacenter", "ledger")
  local checked = schema.check(LEDGER, fields)
  return node("ledger", core.ledger(dc.core, checked.name, checked))
end

object.class("datacenter", {
  producer = make_producer,
  queue = make_queue,
  consumer = make_consumer,
  ledger = make_ledger,
  fail = function(self)
    core.fail_datacenter(object.private(self, "datacenter", "fail").core)
  end,
  recover = function(self)
    core.recover_datacenter(object.private(self, "datacenter", "recover").core)
  end,
  has_failed = function(self)
    return core.has_failed(object.private(self, "datacenter", "has_failed").core)
  end,
})

-- tb.datacenter "shanghai": makes it at the first call, and is the same one ever after.
function parts.datacenter(name)
  local checked = schema.argument("tb.datacenter", "name", { type = "name" }, name)
  if not datacenters[checked] then
    local number = core.datacenter(checked)
    datacenters[checked] = core.handle("datacenter", { core = number, label = checked })
  end
  return datacenters[checked]
end

-- A data centre by its handle or its name.
local function resolve(owner, value)
  if type(value) == "string" then
    if not datacenters[value] then
      local text = value:sub(1, 64)
      core.fail(("%s: there is no data centre '%s'%s"):format(owner, text, names.hint(
        text, names.keys(datacenters), '; make it with tb.datacenter "' .. text .. '"')))
    end
    value = datacenters[value]
  end
  local private = core.private(value, "datacenter")
  if not private then
    core.fail(("%s: expected a data centre or its name, got %s"):format(owner, schema.show(value)))
  end
  return private
end

-- ---- links and connections ----

-- tb.link("shanghai", "beijing", { latency =, bandwidth = })
function parts.link(a, b, fields)
  local from, to = resolve("tb.link", a), resolve("tb.link", b)
  local checked = schema.check(LINK, fields)
  core.link(from.core, to.core, checked.latency, checked.bandwidth or 0)
end

-- How two classes are connected: the core's function, and whether its arguments are swapped.
local JOINTS = {
  producer = { queue = { join = core.produce_to, completes = 1 } },
  queue = { consumer = { join = core.consume_from, swapped = true, completes = 2 } },
  consumer = { ledger = { join = core.charge_to } },
}

local planned = {} -- connections: they wait for the links, which may be described later
local completed = false

local function plan(left, right)
  if completed then
    core.fail("a world is built while its scenario loads, not while it runs")
  end
  local from, to = core.class_of(left), core.class_of(right)
  local joint = JOINTS[from] and JOINTS[from][to]
  if not joint then
    core.fail(("tb.connect: cannot connect %s to %s; it connects producer to queue, queue to "
      .. "consumer, consumer to ledger"):format(schema.show(left), schema.show(right)))
  end
  local ends = { core.private(left, from).core, core.private(right, to).core }
  planned[#planned + 1] = { where = core.where(), joint = joint, ends = ends }
  if joint.completes then
    unconnected[ends[joint.completes]] = nil
  end
end

-- tb.connect(producer, queue, consumer, ledger): each to the next.
function parts.connect(...)
  if select("#", ...) < 2 then
    core.fail("tb.connect takes at least two: tb.connect(producer, queue)")
  end
  for index = 1, select("#", ...) - 1 do
    plan((select(index, ...)), (select(index + 1, ...)))
  end
end

-- Makes the planned connections. At the end of the scenario's file.
function parts.complete()
  completed = true
  for _, connection in ipairs(planned) do
    local first, second = connection.ends[1], connection.ends[2]
    if connection.joint.swapped then
      first, second = second, first
    end
    local connected, reason = connection.joint.join(first, second)
    if not connected then
      core.fail(reason, connection.where)
    end
  end
  for _, lack in pairs(unconnected) do
    core.fail(lack.text, lack.where)
  end
end

return parts
