-- schema: checks what a user wrote against what is expected, and says what to write instead.
-- SPDX-License-Identifier: MIT
--
-- A field is { name, type, required = , default = , min = , max = , choices = , of = }. A type is a
-- function (value, field) that returns the checked value, or nil and what it expected. Durations
-- come out as integers of nanoseconds; with keep = true a value stays as the user wrote it.
local core, require = ...
local names = require "tailback.names"
local units = require "tailback.units"

local schema = { types = {}, records = {} }
local types = schema.types

-- ---- where a field stands ----

local CALL_LINES_MAX = 200

-- A line without its texts and its comment, so that what is left is structure.
local function bare(line)
  return (line:gsub('"[^"]*"', '""'):gsub("'[^']*'", "''"):gsub("%-%-.*", ""))
end

-- The line on which the field `name` is given in the call that the author's position names: a table
-- often stands over many lines, and Lua knows only the first.
local function where_field(name)
  local where = core.where()
  local file, first = where:match("^(.*):(%d+)$")
  if not file or not name:find("^[%a_][%w_]*$") then
    return where
  end
  local depth = 0
  for number = tonumber(first), tonumber(first) + CALL_LINES_MAX do
    local line = core.line(file, number)
    local text = line and bare(line) or ""
    if text:find("%f[%w_]" .. name .. "%s*=%f[^=]") then
      return ("%s:%d"):format(file, number)
    end
    depth = depth + select(2, text:gsub("[({]", "")) - select(2, text:gsub("[)}]", ""))
    if not line or depth <= 0 then
      break
    end
  end
  return where
end

-- A mistake in a field: loading goes on, so that the next mistakes are found too.
local function note_field(name, message, ...)
  core.mistake(message:format(...), where_field(name))
end

-- ---- the types ----

-- A value as a message shows it.
function schema.show(value)
  local kind = type(value)
  if kind == "string" then
    local text = #value > 40 and value:sub(1, 37) .. "..." or value
    return '"' .. text .. '"'
  elseif kind == "number" then
    return ("number %.14g"):format(value)
  elseif kind == "boolean" or kind == "nil" then
    return tostring(value)
  end
  return names.article(core.class_of(value) or kind)
end

local function number_text(number)
  return ("%.14g"):format(number)
end

-- "from 1 to 100", "of at least 1": how the field's range reads.
local function range_text(field, show)
  if field.min and field.max then
    return ("from %s to %s"):format(show(field.min), show(field.max))
  elseif field.min then
    return "of at least " .. show(field.min)
  end
  return "of at most " .. show(field.max)
end

-- nil when the number is in the field's range; else what was expected.
local function out_of_range(number, field, noun, show)
  if (field.min and number < field.min) or (field.max and number > field.max) then
    return ("%s %s"):format(noun, range_text(field, show))
  end
  if field.above and number <= field.above then
    return ("%s above %s"):format(noun, show(field.above))
  end
end

local function finite(number)
  return number == number and number ~= math.huge and number ~= -math.huge
end

function types.any(value)
  return value
end

function types.text(value)
  if type(value) == "string" and value ~= "" and #value <= 500 then
    return value
  end
  return nil, "a text"
end

function types.name(value)
  if type(value) == "string" and #value <= 64 and value:find("^[%w._-]+$") then
    return value
  end
  return nil, "a name of 1 to 64 letters, digits, '.', '_' and '-'"
end

function types.number(value, field)
  if type(value) ~= "number" or not finite(value) then
    return nil, "a number"
  end
  local expected = out_of_range(value, field, "a number", number_text)
  if expected then
    return nil, expected
  end
  return value
end

function types.integer(value, field)
  local integer = type(value) == "number" and math.tointeger(value)
  if not integer then
    return nil, "a whole number"
  end
  local expected = out_of_range(integer, field, "a whole number", number_text)
  if expected then
    return nil, expected
  end
  return integer
end

function types.boolean(value)
  if type(value) == "boolean" then
    return value
  end
  return nil, "true or false"
end

function types.table(value)
  if type(value) == "table" then
    return value
  end
  return nil, "a table of fields"
end

types["function"] = function(value)
  if type(value) == "function" then
    return value
  end
  return nil, "a function, such as function() ... end"
end

local LONGEST = 100 * 365 * 86400 -- seconds: two of them fit into 63 bits of nanoseconds

function types.duration(value, field)
  local seconds, expected = units.seconds(value)
  if not seconds then
    return nil, expected
  end
  if seconds < 0 or seconds > LONGEST then
    return nil, "a duration from 0 to 100 years"
  end
  local nanoseconds = units.nanoseconds(seconds)
  expected = out_of_range(nanoseconds, field, "a duration", units.text)
  if expected then
    return nil, expected
  end
  return nanoseconds
end

function types.bandwidth(value, field)
  local bits, expected = units.bandwidth(value)
  if not bits then
    return nil, expected
  end
  expected = out_of_range(bits, field, "a bandwidth", function(number)
    return number_text(number) .. "bit/s"
  end)
  if expected then
    return nil, expected
  end
  return bits
end

-- Per second.
function types.rate(value, field)
  local number, expected = units.rate(value)
  if not number or number < 0 or (field.above and number <= field.above) then
    return nil, expected or (field.above and "a rate above 0" or "a rate of at least 0")
  end
  return number
end

function types.bytes(value, field)
  local bytes, expected = units.bytes(value)
  if not bytes then
    return nil, expected
  end
  return types.integer(bytes, field)
end

-- One of field.choices, which are strings.
function types.choice(value, field)
  if type(value) == "string" then
    for _, choice in ipairs(field.choices) do
      if choice == value then
        return value
      end
    end
    local nearest = names.nearest(value, field.choices)
    if nearest then
      return nil, ('"%s"'):format(nearest)
    end
  end
  return nil, 'one of "' .. table.concat(field.choices, '", "') .. '"'
end

-- A handle of the class field.class.
function types.handle(value, field)
  if core.class_of(value) == field.class then
    return value
  end
  return nil, field.expected or ("a " .. field.class)
end

-- A list of at least one value of the type field.of.
function types.list(value, field)
  if type(value) ~= "table" or #value == 0 then
    return nil, field.expected or "a list"
  end
  local list = {}
  for index, element in ipairs(value) do
    local checked, expected = types[field.of](element, field)
    if checked == nil then
      return nil, ("%s as number %d of the list"):format(expected, index), element
    end
    list[index] = checked
  end
  for key in pairs(value) do
    if math.type(key) ~= "integer" or key < 1 or key > #list then
      return nil, field.expected or "a list", key
    end
  end
  return list
end

-- ---- checking ----

local function known_names(fields)
  local known = {}
  for index, field in ipairs(fields) do
    known[index] = field.name
  end
  return known
end

-- Returns the set of fields that unknown ones were likely meant to be.
local function check_known(owner, fields, given)
  local meant = {}
  for key in pairs(given) do
    if type(key) ~= "string" then
      core.fail(("%s takes fields such as %s = ..., not a value without a name"):format(
        owner, fields[1].name))
    end
    if not fields[key] then
      local otherwise = (" of %s; it has %s"):format(owner, table.concat(known_names(fields), ", "))
      note_field(key, "unknown field '%s'%s", key:sub(1, 64),
        names.hint(key, known_names(fields), otherwise))
      meant[names.nearest(key, known_names(fields)) or ""] = true
    end
  end
  return meant
end

-- By type: what stands for a required value that is wrong or missing, until loading has ended in
-- the message that says so.
schema.substitutes = {
  duration = function()
    return LONGEST * 1000000000
  end,
  text = function()
    return "?"
  end,
}

-- What stands for the value of this field; nil where nothing can, or nothing need.
local function substitute_of(field)
  if field.default ~= nil then
    return field.keep and field.default or (types[field.type](field.default, field))
  end
  local substitute = field.required and not field.keep and schema.substitutes[field.type]
  return substitute and substitute() or nil
end

-- Notes a mistake in this field; where nothing can stand for its value, loading ends with it.
local function replace_field(field, message)
  local substitute = substitute_of(field)
  if substitute == nil and field.required then
    core.fail(message, where_field(field.name))
  end
  note_field(field.name, "%s", message)
  return substitute
end

local function check_field(owner, field, value)
  local checked, expected, culprit = types[field.type](value, field)
  if checked == nil then
    if culprit == nil then
      culprit = value
    end
    return replace_field(field, ("field '%s' of %s: expected %s, got %s"):format(
      field.name, owner, expected, schema.show(culprit)))
  end
  return field.keep and value or checked
end

-- Describes the fields that `owner` takes, in the order in which messages list them.
function schema.fields(owner, list)
  local fields = { owner = owner }
  for index, field in ipairs(list) do
    field.name, field.type = field[1], field[2]
    assert(types[field.type], field.type)
    fields[index], fields[field.name] = field, field
  end
  schema.records[owner] = fields
  return fields
end

-- The given table, checked, with the defaults filled in. Messages may call the owner otherwise.
function schema.check(fields, given, name)
  local owner = name or fields.owner
  if type(given) ~= "table" then
    core.fail(("%s takes a table of fields, such as { %s = ... }, not %s"):format(
      owner, fields[1].name, schema.show(given)))
  end
  local meant = check_known(owner, fields, given)
  local checked = {}
  for _, field in ipairs(fields) do
    local value = given[field.name]
    if value == nil and meant[field.name] and substitute_of(field) ~= nil then
      checked[field.name] = substitute_of(field)
    elseif value == nil and field.required then
      checked[field.name] = replace_field(field, ("%s needs the field '%s': %s"):format(
        owner, field.name, field.about or select(2, types[field.type](nil, field))))
    elseif value == nil then
      value = field.default
    end
    if value ~= nil then
      checked[field.name] = check_field(owner, field, value)
    end
  end
  return checked
end

-- One argument of a function, checked: field is { type =, ... }.
function schema.argument(owner, what, field, value)
  local checked, expected, culprit = types[field.type](value, field)
  if checked == nil then
    if culprit == nil then
      culprit = value
    end
    core.fail(("%s: %s: expected %s, got %s"):format(
      owner, what, expected, schema.show(culprit)))
  end
  return checked
end

return schema
