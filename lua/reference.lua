-- reference: makes docs/api.md from the annotations.
-- SPDX-License-Identifier: MIT
--
--   lua5.4 lua/reference.lua lua/annotations >docs/api.md
--
-- It returns the text to whoever loads it with a folder; tests/test_lua_annotations.c compares it
-- with the file.
local folder = ...

local out = {}

local function put(format, ...)
  out[#out + 1] = select("#", ...) > 0 and format:format(...) or format
end

-- What stands between bars of a table must have none of its own.
local function cell(text)
  return (text:gsub("|", "\\|"))
end

-- A type as a reader knows it: without the prefix of the library's classes.
local function type_text(text)
  return (text:gsub("tailback%.", ""))
end

-- The first word that is a type: it has no blank outside of parentheses, but for what follows a
-- colon or a comma, as in fun(message: message): verdict?.
local function split_type(text)
  local depth = 0
  for index = 1, #text do
    local letter = text:sub(index, index)
    if letter:find "[%(<{]" then
      depth = depth + 1
    elseif letter:find "[%)>}]" then
      depth = depth - 1
    elseif letter == " " and depth == 0 and not text:sub(1, index - 1):find "[:,]$" then
      return text:sub(1, index - 1), text:sub(index + 1)
    end
  end
  return text, ""
end

-- ---- what has been read and belongs to the next declaration ----

local block

local function forget()
  block = { text = {}, params = {}, returns = {}, fields = {} }
end

local function prose()
  return table.concat(block.text, " ")
end

-- ---- declarations ----

local function put_fields()
  put "| field | type | default | |"
  put "|---|---|---|---|"
  for _, field in ipairs(block.fields) do
    local kind, about = split_type(field.rest)
    local default = about:match "%(default (.*)%)$"
    about = about:gsub(" ?%(default .*%)$", "")
    put("| `%s` | `%s` | %s | %s |", field.name, cell(type_text(kind)),
      default and "`" .. cell(default) .. "`" or field.optional and "" or "required", cell(about))
  end
  put ""
end

local function put_record()
  put("### Fields of %s", block.owner)
  put ""
  put_fields()
end

local function put_alias()
  local name, rest = block.alias:match "^([%w_.]+) (.+)$"
  put("**%s** (`%s`): %s", type_text(name), type_text(rest), prose())
  put ""
end

local function put_class()
  put("### A %s", type_text(block.class:match "^[%w_.]+"))
  put ""
  if #block.text > 0 then
    put(prose())
    put ""
  end
  if #block.fields > 0 then
    put_fields()
  end
end

local function put_function(path, arguments)
  put("#### `%s(%s)`", path, arguments)
  put ""
  if #block.text > 0 then
    put(prose())
    put ""
  end
  for _, param in ipairs(block.params) do
    local name, rest = param:match "^(%S+) (.+)$"
    local kind, about = split_type(rest)
    put("- `%s`: `%s`%s", name, type_text(kind), about ~= "" and ", " .. about or "")
  end
  for _, result in ipairs(block.returns) do
    local kind, about = split_type(result)
    put("- returns `%s`%s", type_text(kind), about ~= "" and ": " .. about or "")
  end
  if #block.params + #block.returns > 0 then
    put ""
  end
end

local function put_value(path)
  put("#### `%s`", path)
  put ""
  if #block.text > 0 then
    put(prose())
    put ""
  end
end

-- A blank line, or a line of Lua: the block belongs to it, or stands for itself.
local function finish(line)
  local path, arguments = line:match "^function ([%w_.:]+)%((.*)%) end"
  local value = line:match "^(tb%.[%w_]+) ="
  if path then
    put_function(path, arguments)
  elseif value then
    put_value(value)
  elseif block.owner then
    put_record()
  elseif block.class and block.class ~= "tailback" then
    put_class()
  elseif block.alias then
    put_alias()
  end
  forget()
end

-- ---- lines ----

local tags = {}

function tags.class(rest)
  block.class, block.owner = rest, rest:match "^[%w_.]+ (.+)$"
end

function tags.alias(rest)
  block.alias = rest
end

function tags.field(rest)
  local name, mark, after = rest:match "^([%w_]+)(%??) (.+)$"
  if name then
    block.fields[#block.fields + 1] = { name = name, optional = mark == "?", rest = after }
  end
end

function tags.param(rest)
  block.params[#block.params + 1] = rest
end

tags["return"] = function(rest)
  block.returns[#block.returns + 1] = rest
end

local function read_line(line)
  local tag, rest = line:match "^%-%-%-@(%w+) ?(.*)$"
  local text = line:match "^%-%-%-([^@].*)$"
  local heading = line:match "^%-%- %-%-%-%- (.+) %-%-%-%-$"
  if tag then
    if tags[tag] then
      tags[tag](rest)
    end
  elseif text then
    block.text[#block.text + 1] = text
  elseif heading then
    put("## %s", heading:sub(1, 1):upper() .. heading:sub(2))
    put ""
  else
    finish(line)
  end
end

local function read(name)
  forget()
  for line in io.lines(folder .. "/" .. name .. ".lua") do
    read_line(line)
  end
  finish ""
end

put "# The API of scenarios"
put ""
put "Made from `lua/annotations/` by `lua/reference.lua`: change those, not this file. What follows is"
put [[what `local tb = require "tailback"` gives.]]
put ""
read "tailback"
for _, system in ipairs { "billing", "cache", "ticket" } do
  put("# systems.%s", system)
  put ""
  put('What `local %s = require "systems.%s"` gives.', system, system)
  put ""
  read("systems/" .. system)
  put ""
end

local text = table.concat(out, "\n"):gsub("\n+$", "") .. "\n"
if arg then -- run as a program
  io.write(text)
end
return text
