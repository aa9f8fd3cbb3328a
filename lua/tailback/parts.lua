-- parts: what a world is made of: data centres, producers, queues, consumers, ledgers, links.
-- SPDX-License-Identifier: MIT
local core, require = ...
local groups = require "tailback.groups"
local names = require "tailback.names"
local object = require "tailback.object"
local operators = require "tailback.operators"
local replicas = require "tailback.replicas"
local schema = require "tailback.schema"
local time = require "tailback.time"
require "tailback.arrivals"
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

local function with_journal(owner, fields, more)
  for _, field in ipairs(more or {}) do
    fields[#fields + 1] = field
  end
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
  per = { type = "integer", min = 1, max = 1000000, default = 1 },
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

local QUEUE = with_journal("dc:queue", {
  { "name", "name", required = true },
  { "model", "choice", default = "producer_consumer",
    choices = { "producer_consumer", "point_to_point", "publish_subscribe", "mvc" } },
  { "store", "choice", choices = { "memory", "journal" }, default = "memory" },
  { "capacity", "integer", min = 1, max = BILLION, default = 1000000 },
  { "when_full", "choice", choices = { "block", "reject", "drop_oldest", "drop_newest" },
    default = "block" },
  { "payload_max", "bytes", min = 0, max = 1 << 20, default = 0 },
  { "lease", "duration", min = MICROSECOND, default = "5s" },
  { "attempts_max", "integer", min = 0, max = 65535, default = 0 },
  { "prefetch", "integer", min = 0, max = 1000000, default = 0 },
  { "backoff", "duration", min = 0, default = "100ms" },
  { "backoff_max", "duration", min = 0, default = "10s" },
  { "time_to_live", "duration", default = "0s" },
  { "dedup_count", "integer", min = 0, max = 100000000, default = 0 },
  { "dedup_window", "duration", default = "0s" },
  { "keeps_dead", "boolean", default = false },
  { "single_active", "boolean", default = false },
  { "partitions", "integer", min = 1, max = 4096, default = 1 },
  { "retain", "bytes", min = 0, max = 1 << 40, default = 0 },
  { "retain_age", "duration", min = 0, default = "0s" },
  { "compact", "boolean", default = false },
  { "operation", "times", mean_max = 3600, default = "2us" },
}, replicas.FIELDS)

local CONSUMER = schema.fields("dc:consumer", {
  { "name", "name", required = true },
  { "time", "times", required = true },
  { "workers", "integer", min = 1, max = 1000000, default = 1 },
  { "batch", "duration", min = 0, default = "0s" },
  { "subscribe_every", "duration", min = MILLISECOND, default = "1s" },
  { "charge_timeout", "duration", min = 0, default = "0s" },
  { "on_message", "function" },
})

local LEDGER = with_journal("dc:ledger", {
  { "name", "name", required = true },
  { "budget", "integer", min = 0, default = math.maxinteger },
  { "remember", "duration", min = 0, default = "0s" }, -- for ever
})

local SEND = schema.fields("producer:send", {
  { "key", "integer", min = 0, default = 0 },
  { "value", "integer", default = 0 },
})

local DATACENTER = schema.fields("tb.datacenter", {
  { "draws_as", "name" },
})

local LINK = schema.fields("tb.link", {
  { "latency", "times", mean_max = 86400, required = true },
  { "bandwidth", "bandwidth", above = 0 },
  { "mode", "choice", choices = { "stream", "datagram" }, default = "stream" },
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
  -- The fault that it crashes and restarts, for tb.during.
  function methods.outage(self)
    local this = object.private(self, class, "outage")
    return time.fault("outage of " .. this.label, function()
      core.crash(this.core)
    end, function()
      core.restart(this.core)
    end)
  end
  object.class(class, methods)
end

add_methods("producer", {
  -- Messages in its buffer.
  held = function(self)
    return core.held(object.private(self, "producer", "held").core)
  end,
  -- One more message, now: with this key and value, or drawn as the others are.
  send = function(self, fields)
    local number = object.private(self, "producer", "send").core
    if fields == nil then
      return core.send(number)
    end
    local checked = schema.check(SEND, fields)
    return core.send(number, checked.key, checked.value)
  end,
})

local datacenters = {} -- by name

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

local queue_methods = {
  -- Messages inside.
  depth = function(self)
    return core.depth(object.private(self, "queue", "depth").core)
  end,
  group = function(self, fields)
    return groups.make(object.private(self, "queue", "group"), fields)
  end,
}
replicas.add_methods(queue_methods, resolve)
add_methods("queue", queue_methods)

add_methods("consumer", {})
add_methods("ledger", {})

local nodes = {} -- handles, by "datacenter/name"

local function keep(class, private)
  private.label = core.path(private.core)
  nodes[private.label] = core.handle(class, private)
  return nodes[private.label]
end

local function node(class, number)
  return keep(class, { core = number })
end

-- tb.node "beijing/queue": one that has been made, whoever made it.
function parts.node(path)
  if type(path) ~= "string" then
    core.fail(("tb.node: expected a text such as \"beijing/queue\", got %s"):format(
      schema.show(path)))
  end
  local text = path:sub(1, 140)
  return nodes[path] or core.fail(("tb.node: there is no node '%s'%s"):format(text, names.hint(
    text, names.keys(nodes), "; a node is called \"datacenter/name\"")))
end

-- ---- messages ----

-- Attributes that a producer_consumer goes by; those of a time travel in milliseconds.
local SEND_FIELDS = {
  priority = { type = "distribution" },
  delay = { type = "times", mean_max = 1000000 },
  time_to_live = { type = "times", mean_max = 1000000 },
}

local RESERVED = { id = true, born = true, attempt = true, kind = true }

-- The recipe as the core wants it: attributes by their index, those of other producers constant 0.
local function read_message(given)
  local recipe = { attributes = {}, times = {} }
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
      local field = SEND_FIELDS[name]
      local checked = schema.argument(
        "message", tostring(name), field or { type = "distribution" }, value)
      local index = core.attribute(schema.argument("message", "attribute", { type = "name" }, name))
      if not index then
        core.fail(("attribute '%s' of a message is one too many: a scenario has 5"):format(name))
      end
      recipe.attributes[index + 1] = checked
      if field then
        recipe.times[index + 1] = field.type == "times"
        core.send_field(name, index)
      end
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
  groups.check_queue(fields, checked)
  replicas.check(fields, checked, dc, resolve)
  checked.backoff_first = checked.backoff
  checked.backoff_max = math.max(checked.backoff, checked.backoff_max)
  local number = core.broker(dc.core, checked.name, checked)
  local function handle(broker)
    return keep("queue", { core = broker, model = checked.model, partitions = checked.partitions })
  end
  local queue = handle(number)
  if checked.replicas then
    local list = replicas.make(queue, number, #checked.replicas, handle)
    for _, replica in ipairs(list) do
      local private = core.private(replica, "queue")
      private.replicas, private.homes = list, checked.replicas
    end
  end
  return queue
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

object.class("datacenter", operators.with_makers({
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
  -- The fault that it fails and recovers, for tb.during.
  outage = function(self)
    local this = object.private(self, "datacenter", "outage")
    return time.fault("outage of " .. this.label, function()
      core.fail_datacenter(this.core)
    end, function()
      core.recover_datacenter(this.core)
    end)
  end,
  has_failed = function(self)
    return core.has_failed(object.private(self, "datacenter", "has_failed").core)
  end,
}, node, add_methods))

-- tb.datacenter "shanghai": makes it at the first call, and is the same one ever after.
function parts.datacenter(name, fields)
  local checked = schema.argument("tb.datacenter", "name", { type = "name" }, name)
  local draws_as = fields ~= nil and schema.check(DATACENTER, fields).draws_as
  if draws_as and datacenters[checked] then
    core.fail(("tb.datacenter: draws_as: '%s' is there already: say it at the first call"):format(
      checked))
  end
  if not datacenters[checked] then
    local number = core.datacenter(checked, draws_as or checked)
    datacenters[checked] = core.handle("datacenter", { core = number, label = checked })
  end
  return datacenters[checked]
end

-- ---- links and connections ----

-- tb.link("shanghai", "beijing", { latency =, bandwidth =, mode = })
function parts.link(a, b, fields)
  local from, to = resolve("tb.link", a), resolve("tb.link", b)
  local checked = schema.check(LINK, fields)
  core.link(from.core, to.core, checked.latency, checked.bandwidth or 0,
    checked.mode == "datagram")
end

-- Connects the two; or nil, and why not.
local function consume(queue, consumer)
  local group = groups.own(queue)
  if group then
    return core.join(consumer.core, queue.core, group)
  end
  return core.consume_from(consumer.core, queue.core)
end

-- How two classes are connected, and which of the two then lacks nothing more.
local JOINTS = {
  producer = { completes = 1, queue = function(producer, queue)
    return core.produce_to(producer.core, queue.core)
  end },
  queue = { completes = 2, consumer = consume },
  group = { completes = 2, consumer = function(group, consumer)
    if group.queue.model == "mvc" and group.is_taken then
      return nil, ("view '%s' has a consumer already: make another with queue:group"):format(
        group.label)
    end
    group.is_taken = true
    return core.join(consumer.core, group.queue.core, group.number)
  end },
  consumer = { ledger = function(consumer, ledger)
    return core.charge_to(consumer.core, ledger.core)
  end },
}

local planned = {} -- connections: they wait for the links, which may be described later
local completed = false

local function plan(left, right)
  if completed then
    core.fail("a world is built while its scenario loads, not while it runs")
  end
  local from, to = core.class_of(left), core.class_of(right)
  local joint = JOINTS[from] and JOINTS[from][to] or operators.joint(from, to)
  if not joint then
    core.fail(("tb.connect: cannot connect %s to %s; it connects producer to queue, queue or "
      .. "group to consumer, consumer to ledger"):format(schema.show(left), schema.show(right)))
  end
  local ends = { core.private(left, from), core.private(right, to) }
  planned[#planned + 1] = { where = core.where(), join = joint, ends = ends }
  if JOINTS[from] and JOINTS[from].completes then
    unconnected[ends[JOINTS[from].completes].core] = nil
  end
end

groups.class(function(consumer, group)
  if completed then
    return false
  end
  plan(group.handle, consumer)
  return true
end)

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
  table.move(operators.planned, 1, #operators.planned, #planned + 1, planned)
  operators.planned = nil
  for _, connection in ipairs(planned) do
    local connected, reason = connection.join(connection.ends[1], connection.ends[2])
    if not connected then
      core.mistake(reason, connection.where)
    end
  end
  for _, lack in pairs(unconnected) do
    core.mistake(lack.text, lack.where)
  end
end

return parts
