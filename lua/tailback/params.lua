-- params: the knobs of a scenario, which --set turns.
-- SPDX-License-Identifier: MIT
local core, require = ...
local names = require "tailback.names"
local schema = require "tailback.schema"
local units = require "tailback.units"

local params = {}

local FIELDS = schema.fields("tb.param", {
  { "default", "any", required = true, about = "its value unless --set says otherwise" },
  { "min", "any" },
  { "max", "any" },
  { "choices", "list", of = "text", expected = "a list of texts" },
  { "unit", "text", default = nil },
})

local declared = {} -- by name

-- ---- the kinds: each reads the text of --set, names its type, and shows a value ----

local BOOLEANS = {
  ["true"] = true, yes = true, on = true,
  ["false"] = false, no = false, off = false,
}

local kinds = {}

kinds.number = {
  read = function(text)
    return tonumber(text)
  end,
  type = "number",
  show = function(value)
    return ("%.14g"):format(value)
  end,
}

kinds.boolean = {
  read = function(text)
    return BOOLEANS[text:lower()]
  end,
  type = "boolean",
  show = tostring,
}

kinds.choice = {
  read = function(text)
    return text
  end,
  type = "choice",
  show = tostring,
}

kinds.duration = {
  read = function(text)
    return text
  end,
  type = "duration",
  show = units.text,
}

local function kind_of(owner, fields)
  if fields.choices then
    return kinds.choice
  elseif type(fields.default) == "number" then
    return kinds.number
  elseif type(fields.default) == "boolean" then
    return kinds.boolean
  elseif type(fields.default) == "string" and units.seconds(fields.default) then
    return kinds.duration
  end
  core.fail(('field \'default\' of %s: expected a number, true or false, a duration such as "5s", '
    .. "or a text with 'choices', got %s"):format(owner, schema.show(fields.default)))
end

-- The range and the choices, checked, as a field of a schema.
local function make_field(owner, name, kind, fields)
  local field = { name = name, type = kind.type, choices = fields.choices }
  for _, limit in ipairs { "min", "max" } do
    if fields[limit] ~= nil then
      if kind ~= kinds.number and kind ~= kinds.duration then
          core.fail(("field '%s' of %s: only numbers and durations have a range"):format(
          limit, owner))
      end
      field[limit] = schema.argument(owner, limit, { type = kind.type }, fields[limit])
    end
  end
  return field
end

-- What --set says, as a value; a mistake there is not at any line of the file.
local function read_setting(name, text, kind, field)
  local value = kind.read(text)
  local expected
  if value ~= nil then
    value, expected = schema.types[kind.type](value, field)
  else
    expected = select(2, schema.types[kind.type](nil, field))
  end
  if value == nil then
    core.fail(("expected %s"):format(expected), ("--set %s=%s"):format(name, text:sub(1, 64)))
  end
  return value
end

-- tb.param(name, { default =, min =, max =, unit =, choices = }): its value in this run. A duration
-- comes as a number of seconds.
function params.param(name, fields)
  schema.argument("tb.param", "name", { type = "name" }, name)
  local owner = ("tb.param '%s'"):format(name)
  if declared[name] then
    core.fail(owner .. " is declared already")
  end
  local checked = schema.check(FIELDS, fields, owner)
  local kind = kind_of(owner, checked)
  local field = make_field(owner, name, kind, checked)
  local value = schema.argument(owner, "default", field, checked.default)
  local setting = core.settings()[name]
  if setting then
    value = read_setting(name, setting, kind, field)
  end
  declared[name] = true
  core.param(name, kind.show(value), checked.unit or "", kind == kinds.number,
    kind == kinds.number and field.min or nil, kind == kinds.number and field.max or nil,
    kind == kinds.boolean and { "true", "false" } or checked.choices)
  return kind == kinds.duration and value / 1e9 or value
end

-- Every --set must have met its parameter. At the end of the scenario's file.
function params.complete()
  for name, value in pairs(core.settings()) do
    if not declared[name] then
      local text = name:sub(1, 64)
      core.fail(("there is no parameter '%s'%s"):format(text, names.hint(
        text, names.keys(declared))), ("--set %s=%s"):format(text, value:sub(1, 64)))
    end
  end
end

return params
