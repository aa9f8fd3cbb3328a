-- tickets: work orders: the book that they stand in, who decides over them, who tells users.
-- SPDX-License-Identifier: MIT
--
-- Operators like the others: tailback/operators.lua makes their classes from what stands here.
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"

local tickets = {}

local MILLION = 1000000
local MICROSECOND = 1000
local REGIONS_MAX, SKILLS_MAX = 64, 31 -- world/roster.h
local CUSTOMERS_MAX = 1 << 24 -- world/order_book.h

local function share(name, default)
  return { name, "number", min = 0, max = 1, default = default }
end

-- What everybody who decides has.
local function decider(owner, more)
  local fields = {
    { "name", "name", required = true },
    { "orders", "handle", class = "orders", required = true,
      expected = "the book of orders, from dc:orders" },
    { "answers", "handle", class = "producer", expected = "a producer from dc:answers" },
    { "time", "times", default = "1ms" },
    { "examine", "duration", min = 0, default = "1us" },
    { "window", "integer", min = 1, max = MILLION, default = 1000 },
  }
  for _, field in ipairs(more) do
    fields[#fields + 1] = field
  end
  return schema.fields(owner, fields)
end

tickets.fields = {
  orders = schema.fields("dc:orders", {
    { "name", "name", required = true },
    { "customers", "integer", min = 1, max = CUSTOMERS_MAX, default = 2000 },
    { "persons", "integer", min = 1, max = MILLION, default = 200 },
    { "regions", "integer", min = 1, max = REGIONS_MAX, default = 4 },
    { "skills", "integer", min = 1, max = SKILLS_MAX, default = 5 },
    share("bound", 0.5),
    share("closed", 0.02),
    share("mastery", 0.5),
    share("spread", 0),
    { "capacity", "integer", min = 0, max = MILLION, default = 20 },
    { "worth", "distribution", default = 1000 },
    { "day", "duration", min = 1000 * MILLION, default = "24h" },
    { "accept", "times", default = "30s" },
    { "accept_within", "duration", min = 0, default = "1min" },
    { "work", "times", mean_max = 86400, default = "30min" },
    { "idle", "integer", min = 0, max = MILLION, default = 0 },
    { "remember", "integer", min = 0, max = 20000, default = 0 },
  }),
  generator = decider("dc:generator", {
    { "gather", "duration", min = 0, default = "0s" },
    { "batch", "integer", min = 1, max = 2000, default = 500 },
    { "optimal", "boolean", default = true },
    { "solve", "duration", min = 0, default = "1ns" },
    { "region", "integer", min = 0, max = REGIONS_MAX, default = 0 },
    { "look_every", "duration", min = MICROSECOND, default = "50ms" },
  }),
  clerks = decider("dc:clerks", {
    { "workers", "integer", min = 1, max = 10000, default = 16 },
    { "cores", "integer", min = 1, max = 10000, default = 4 },
    { "write", "times", default = "200us" },
    { "hold", "times", default = "0s" },
    { "lock_order", "choice", choices = { "as_found", "sorted" }, default = "as_found" },
  }),
  answers = schema.fields("dc:answers", {
    { "name", "name", required = true },
    { "buffer", "integer", min = 1, max = 100 * MILLION, default = 100000 },
    { "timeout", "duration", min = MICROSECOND, default = "1s" },
    { "backoff", "duration", min = MICROSECOND, default = "100ms" },
  }),
}

-- What a rule's message says, by the names of its attributes.
local RULE = { "region", "skill", "floor", "priority", "action" }

local function find_parts(checked)
  checked.orders_core = core.private(checked.orders, "orders").core
  checked.answers_core = checked.answers and core.private(checked.answers, "producer").core
end

-- What the core wants to be told otherwise.
tickets.prepare = {
  orders = function(checked)
    for _, name in ipairs(RULE) do
      checked["field_" .. name] = core.attribute(name)
        or core.fail(("dc:orders: the attributes of a rule are %s; a scenario has 5, and has named "
          .. "others before"):format(table.concat(RULE, ", ")))
    end
    if checked.idle > checked.persons then
      core.fail(("field 'idle' of dc:orders: expected at most the %d persons, got %d"):format(
        checked.persons, checked.idle))
    end
  end,
  generator = find_parts,
  clerks = find_parts,
}

-- Which may stand before which: requests go from the first to the second.
tickets.passes = {
  consumer = { "generator", "clerks" },
  clerks = { "orders" },
  generator = { "orders", "singleton", "fence", "generator" },
  singleton = { "orders" },
  fence = { "orders" },
}

-- What makes a node of another class than its own.
tickets.class_of = { answers = "producer" }

local RANGE = { type = "integer", min = 0, max = CUSTOMERS_MAX }

-- A method orders:leave(first, count) and the like.
local function admin(method, what, owner)
  return function(self, first, count)
    local this = object.private(self, "orders", method)
    local from = schema.argument(owner, "first", RANGE, first)
    local number = schema.argument(owner, "count", RANGE, count)
    if not core.order_admin(this.core, what, from, number) then
      core.fail(("%s: %s is down; do it when it is up"):format(owner, this.label))
    end
  end
end

local function check(which)
  return function(self)
    local this = object.private(self, "orders", which)
    return core.handle("check", { core = core.order_check(this.core, which), label = which })
  end
end

tickets.methods = {
  orders = {
    constraints = check "constraints",
    conservation = check "conservation",
    once = check "once",
    leave = admin("leave", "leave", "orders:leave"),
    come_back = admin("come_back", "come_back", "orders:come_back"),
    close = admin("close", "close", "orders:close"),
  },
  clerks = {
    -- The check that nobody waits for ever.
    deadlocks = function(self)
      local this = object.private(self, "clerks", "deadlocks")
      return core.handle("check", { core = core.deadlocks(this.core), label = "deadlocks" })
    end,
  },
  generator = {
    -- Is it its turn to decide?
    is_active = function(self)
      return core.decides(object.private(self, "generator", "is_active").core)
    end,
  },
}

return tickets
