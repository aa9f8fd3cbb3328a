-- groups: who gets the messages of a queue, where that is more than one.
-- SPDX-License-Identifier: MIT
--
-- Every group of a publish_subscribe gets each message; its members share the partitions. Each
-- group of an mvc is one view of its state.
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"

local groups = {}

local GROUP = schema.fields("queue:group", {
  { "name", "name", required = true },
  { "assign", "choice", choices = { "range", "round_robin", "sticky" }, default = "sticky" },
  { "start", "choice", choices = { "earliest", "latest" }, default = "earliest" },
  { "session", "duration", min = 0, default = "3s" },
})

-- The fields of a queue that not every model has, and the feature that each is about. What a model
-- can do is said in one place, models/capabilities.c, and core.can asks there.
local FIELDS = {
  { "lease", "leases" }, { "attempts_max", "dead_letters" }, { "backoff", "leases" },
  { "backoff_max", "leases" }, { "time_to_live", "time_to_live" },
  { "dedup_count", "deduplication" }, { "dedup_window", "deduplication" },
  { "keeps_dead", "dead_letters" }, { "single_active", "single_active" },
  { "payload_max", "payload_limit" }, { "partitions", "partitions" }, { "retain", "retention" },
  { "retain_age", "retention" }, { "compact", "compaction" },
}

local MODELS = { "point_to_point", "producer_consumer", "publish_subscribe", "mvc" }
local POLICIES = { "block", "reject", "drop_oldest", "drop_newest" }

local KEYS, KEYS_MAX = 10000, 1 << 20 -- of an mvc

-- Those of `names` for which `is_one` holds, as a list for people: "a, b or c".
local function listed(names, is_one, quote)
  local found = {}
  for _, name in ipairs(names) do
    if is_one(name) then
      found[#found + 1] = quote .. name .. quote
    end
  end
  local last = table.remove(found)
  return #found == 0 and last or table.concat(found, ", ") .. " or " .. last
end

-- What a queue does when it is full, if the scenario does not say: the first that its model can.
local function check_policy(given, checked)
  local model = checked.model
  local function can(policy)
    return core.can(model, "when_full", policy)
  end
  if can(checked.when_full) then
    return
  end
  local choices = listed(POLICIES, can, "'")
  if given.when_full ~= nil then
    core.fail(("dc:queue: a %s cannot %s when it is full: choose %s"):format(
      model, checked.when_full, choices))
  end
  for index = #POLICIES, 1, -1 do
    checked.when_full = can(POLICIES[index]) and POLICIES[index] or checked.when_full
  end
end

-- Fails when the queue is given what its model does not have, and fills in what differs by model.
function groups.check_queue(given, checked)
  local model = checked.model
  for _, field in ipairs(FIELDS) do
    local name, feature = table.unpack(field)
    if given[name] ~= nil and not core.can(model, "feature", feature) then
      local owners = listed(MODELS, function(other)
        return core.can(other, "feature", feature)
      end, "")
      core.fail(("dc:queue: '%s' is a field of %s, and this is a %s: leave it out"):format(
        name, owners, model))
    end
  end
  if not core.can(model, "store", checked.store) then
    core.fail(("dc:queue: a %s lives in memory: leave out store = \"journal\""):format(model))
  end
  check_policy(given, checked)
  if model == "mvc" then
    checked.capacity = given.capacity and checked.capacity or KEYS
    if checked.capacity > KEYS_MAX then
      core.fail(("dc:queue: capacity: an mvc has at most %d keys, got %d"):format(
        KEYS_MAX, checked.capacity))
    end
  end
  if (model == "mvc" or model == "point_to_point") and given.prefetch == nil then
    checked.prefetch = 1
  end
end

-- Whether consumers of this queue belong to groups of it.
local function has_groups(queue)
  return queue.model == "publish_subscribe" or queue.model == "mvc"
end

-- The group of a consumer that is connected to the queue itself: one of its own.
function groups.own(queue)
  return has_groups(queue) and core.group(queue.core, "sticky", "earliest", 0)
end

local function member(method, consumer)
  local private = core.private(consumer, "consumer")
  if not private then
    core.fail(("group:%s: expected a consumer, got %s"):format(method, schema.show(consumer)))
  end
  return private
end

-- `connect(consumer, group)` plans a connection while the scenario loads; later it returns false.
function groups.class(connect)
  local homes = {} -- the group of each consumer, by its number

  object.class("group", {
    -- While the scenario loads: the consumer belongs to the group from the start. Later: it comes
    -- back after it left.
    join = function(self, consumer)
      local this = object.private(self, "group", "join")
      local number = member("join", consumer).core
      if connect(consumer, this) then
        homes[number] = this
      elseif homes[number] ~= this then
        core.fail("group:join: a consumer joins a group while the scenario loads; later it can "
          .. "leave, and come back")
      else
        core.rejoin(number)
      end
    end,
    leave = function(self, consumer)
      local this = object.private(self, "group", "leave")
      local number = member("leave", consumer).core
      if homes[number] ~= this then
        core.fail("group:leave: this consumer is not of the group")
      end
      core.leave(number)
    end,
    -- The group goes on with what was published at this moment or later, once more if need be. False
    -- while its queue is down.
    replay = function(self, since)
      local this = object.private(self, "group", "replay")
      if not core.can(this.queue.model, "feature", "replay") then
        core.fail(("group:replay: a %s keeps no history"):format(this.queue.model))
      end
      local checked = schema.argument("group:replay", "since", { type = "duration", min = 0 }, since)
      return core.replay(this.queue.core, this.number, checked)
    end,
    -- Messages that the group has not committed: of one partition, which count from 0, or of all.
    lag = function(self, partition)
      local this = object.private(self, "group", "lag")
      if this.queue.model ~= "publish_subscribe" then
        core.fail("group:lag: a view of an mvc has no offsets; what waits is queue:depth()")
      end
      if partition ~= nil then
        local checked = schema.argument("group:lag", "partition",
          { type = "integer", min = 0, max = this.queue.partitions - 1 }, partition)
        return core.lag(this.queue.core, this.number, checked)
      end
      local sum = 0
      for index = 0, this.queue.partitions - 1 do
        sum = sum + core.lag(this.queue.core, this.number, index)
      end
      return sum
    end,
  })
end

-- queue:group { name = }
function groups.make(queue, fields)
  local checked = schema.check(GROUP, fields)
  if not has_groups(queue) then
    core.fail(("queue:group: a %s has no groups: every message goes to one consumer"):format(
      queue.model))
  end
  local number = core.group(queue.core, checked.assign, checked.start, checked.session)
  local private = { queue = queue, number = number, label = checked.name }
  private.handle = core.handle("group", private)
  return private.handle
end

return groups
