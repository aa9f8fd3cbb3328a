-- replicas: a queue that brokers in several data centres keep together.
-- SPDX-License-Identifier: MIT
--
-- The first broker is the one in the data centre that was asked for the queue; its handle stands for
-- the queue. The others have handles of their own, which can crash, be paused, and so on.
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"

local replicas = {}

local MOST = 7

replicas.FIELDS = {
  { "replicas", "table" },
  { "acks", "choice", choices = { "leader", "quorum", "all" }, default = "quorum" },
  { "unclean_election", "boolean", default = false },
  { "election_timeout", "duration", min = 1000000, max = 3600 * 1000000000, default = "1s" },
}

local UNCLEAN_AFTER = 3 -- election timeouts

-- Fails when the queue cannot be replicated as its fields say.
local function check_queue(given, checked)
  if checked.model ~= "producer_consumer" and checked.model ~= "publish_subscribe" then
    core.fail(("dc:queue: a %s lives in memory, and has nothing to replicate: leave out replicas")
      :format(checked.model))
  end
  if given.store == "memory" then
    core.fail('dc:queue: a replica keeps its log in a journal: leave out store = "memory"')
  end
  if checked.partitions > 1 then
    core.fail(("dc:queue: a replicated topic has one partition, with a leader of its own, got %d: "
      .. "make a topic for each"):format(checked.partitions))
  end
end

-- The data centres' numbers, the home's first.
local function check_list(list, home, resolve)
  local numbers, seen, labels = { home.core }, {}, {}
  for index, value in ipairs(schema.argument("dc:queue", "replicas",
      { type = "list", of = "any", expected = "a list of data centres" }, list)) do
    local datacenter = resolve("dc:queue: replicas", value)
    if seen[datacenter.core] then
      core.fail(("dc:queue: replicas: '%s' is in the list twice: a data centre has one replica")
        :format(datacenter.label))
    end
    seen[datacenter.core] = true
    labels[index] = datacenter.label
    if datacenter.core ~= home.core then
      numbers[#numbers + 1] = datacenter.core
    end
  end
  if not seen[home.core] then
    core.fail(("dc:queue: replicas: '%s' is not among %s, and the queue stands there: add it"):format(
      home.label, table.concat(labels, ", ")))
  end
  if #numbers > MOST then
    core.fail(("dc:queue: replicas: at most %d, got %d"):format(MOST, #numbers))
  end
  return numbers
end

-- Fills in checked.replicas: false, or the numbers of the data centres.
function replicas.check(given, checked, home, resolve)
  if given.replicas == nil then
    for _, name in ipairs { "acks", "unclean_election", "election_timeout" } do
      if given[name] ~= nil then
        core.fail(("dc:queue: '%s' is of a replicated queue: say replicas = { ... } too"):format(name))
      end
    end
    checked.replicas = false
    return
  end
  check_queue(given, checked)
  checked.replicas = check_list(checked.replicas, home, resolve)
  checked.store = "journal"
  checked.unclean_after = checked.unclean_election and UNCLEAN_AFTER * checked.election_timeout or 0
end

-- Makes the handles of the brokers besides the first, whose handle is given.
function replicas.make(first, number, count, class)
  local list = { first }
  for index = 2, count do
    list[index] = class(core.replica(number, index - 1))
  end
  return list
end

-- Methods of a queue. `private` has `replicas`, a list of handles, and `homes`, the data centres'.
function replicas.add_methods(methods, resolve)
  -- The broker that leads; nil: none does.
  function methods.leader(self)
    local this = object.private(self, "queue", "leader")
    if not this.replicas then
      core.fail(("queue:leader: %s is not replicated: say replicas = { ... } when you make it")
        :format(this.label))
    end
    local index = core.leader(this.core)
    return index and this.replicas[index + 1]
  end
  -- The broker in this data centre.
  function methods.replica(self, datacenter)
    local this = object.private(self, "queue", "replica")
    local home = resolve("queue:replica", datacenter)
    for index, number in ipairs(this.homes or {}) do
      if number == home.core then
        return this.replicas[index]
      end
    end
    return core.fail(("queue:replica: %s has no replica in '%s'"):format(this.label, home.label))
  end
end

return replicas
