-- checks: what must hold, and tb.expect, which makes it count.
-- SPDX-License-Identifier: MIT
local core, require = ...
local object = require "tailback.object"
local schema = require "tailback.schema"
local time = require "tailback.time"

object.class("check", {})

local checks = {}

local function make_check(number, label)
  return core.handle("check", { core = number, label = label })
end

-- ---- checks that the world keeps ----

local made = {} -- those of which there is one

local function once(name, make, label)
  if not made[name] then
    time.require_scenario()
    made[name] = make_check(make(), label)
  end
  return made[name]
end

-- A check that each ledger keeps: by what the core calls it.
local function of_ledger(name)
  return function(ledger)
    local private = core.private(ledger, "ledger")
    if not private then
      core.fail(("tb.checks.%s: expected a ledger, got %s"):format(name, schema.show(ledger)))
    end
    return make_check(core[name](private.core), name)
  end
end

local OF_LEDGER = { budgets = of_ledger("budgets"), money = of_ledger("money") }

-- Each is made when it is asked for, since it must then be evaluated.
checks.checks = object.read_only("tb.checks", OF_LEDGER, function(name)
  if name == "exactly_once" then
    return once(name, core.exactly_once, "exactly once")
  elseif name == "conservation" then
    return once(name, core.conservation, "conservation")
  elseif name == "order" then
    return once(name, core.order, "order")
  end
  core.fail(("tb.checks has no '%s'; it has budgets(ledger), conservation, exactly_once, "
    .. "money(ledger), order"):format(tostring(name):sub(1, 64)))
end)

-- ---- checks in Lua ----

local ALWAYS = schema.fields("tb.always", {
  { "from", "duration", default = 0 },
  { "to", "duration" },
})

-- tb.always(condition, { from =, to = }): it is true after every event; it may say why not.
function checks.always(condition, window)
  time.require_scenario()
  schema.argument("tb.always", "condition", { type = "function" }, condition)
  local checked = schema.check(ALWAYS, window or {})
  if checked.to and checked.to <= checked.from then
    core.fail("field 'to' of tb.always: expected a time after 'from'")
  end
  return make_check(core.always(condition, checked.from, checked.to), "always")
end

local EVENTUALLY = schema.fields("tb.eventually", {
  { "from", "duration", default = 0 },
  { "within", "duration" },
})

-- tb.eventually(condition, { from =, within = }): it is true once, at the latest so long after from.
function checks.eventually(condition, window)
  time.require_scenario()
  schema.argument("tb.eventually", "condition", { type = "function" }, condition)
  if type(window) == "string" or type(window) == "number" then
    window = { within = window }
  end
  local checked = schema.check(EVENTUALLY, window or {})
  local to = checked.within and checked.from + checked.within
  return make_check(core.eventually(condition, checked.from, to), "eventually")
end

-- tb.at_end(question): true when the run has ended; else false, and it may say why not.
function checks.at_end(question)
  time.require_scenario()
  schema.argument("tb.at_end", "question", { type = "function" }, question)
  return make_check(core.question(question), "at the end")
end

-- tb.expect(name, check or function)
function checks.expect(name, check)
  local checked = schema.argument("tb.expect", "name", { type = "text" }, name)
  if type(check) == "function" then
    check = checks.at_end(check)
  end
  local private = core.private(check, "check")
  if not private then
    local class = core.class_of(check)
    if class == "percentile" or class == "measure" then
      core.fail(('tb.expect: "%s" needs a bound: add :below(...) or :above(...)'):format(checked))
    end
    core.fail(("tb.expect: expected a check or a function, got %s"):format(schema.show(check)))
  end
  core.expect(private.core, checked)
end

return checks
