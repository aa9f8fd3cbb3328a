-- environment: the globals of a scenario: what is harmless, and nothing else.
-- SPDX-License-Identifier: MIT
local core, require, modules = ...
local names = require "tailback.names"
local object = require "tailback.object"

-- What there is. Whatever is not named here does not exist for a scenario: string.dump makes
-- bytecode, coroutine.close crashes Lua 5.4.4, coroutine.running would hand out processes, and most
-- of math is libm's, which differs from machine to machine.
local LIBRARIES = {
  { name = "string", from = string, names = { "byte", "char", "find", "format", "gmatch", "gsub",
    "len", "lower", "match", "rep", "reverse", "sub", "upper" } },
  { name = "table", from = table, names = { "concat", "insert", "move", "pack", "remove", "sort",
    "unpack" } },
  { name = "math", from = math, names = { "abs", "ceil", "cos", "deg", "exp", "floor", "fmod",
    "huge", "log", "max", "maxinteger", "min", "mininteger", "modf", "pi", "pow", "rad", "random",
    "sin", "sqrt", "tan", "tointeger", "type", "ult" } },
  { name = "utf8", from = utf8, names = { "char", "charpattern", "codepoint", "len", "offset" } },
  { name = "coroutine", from = coroutine, names = { "create", "isyieldable", "resume", "status",
    "wrap", "yield" } },
}

-- Why a global that Lua programmers know is not there.
local ABSENT = {
  io = "files are not reachable; use print",
  os = "there is no clock but tb.now()",
  debug = "it would open the sandbox",
  package = "require finds modules in the scenario's folder",
  dofile = "use require",
  loadfile = "use require",
  load = "code is loaded with require",
  loadstring = "code is loaded with require",
  collectgarbage = "it would show what no run repeats",
  next = "its order differs from run to run; use pairs",
  rawget = "metatables are kept",
  rawset = "metatables are kept",
  xpcall = "use pcall",
  warn = "use print",
  unpack = "use table.unpack",
  setfenv = "it is not in Lua 5.4",
  getfenv = "it is not in Lua 5.4",
  _G = "write the global's name",
}

-- What a scenario's metatable may hold. No finalizer, no weakness: they would run, or not, by the
-- collector's whim.
local METAMETHODS = {
  "__add", "__band", "__bnot", "__bor", "__bxor", "__call", "__concat", "__div", "__eq", "__idiv",
  "__index", "__le", "__len", "__lt", "__mod", "__mul", "__newindex", "__pairs", "__pow", "__shl",
  "__shr", "__sub", "__tostring", "__unm",
}
local is_metamethod = {}
for _, name in ipairs(METAMETHODS) do
  is_metamethod[name] = true
end

-- The metatable is copied, so that nothing can be slipped into it afterwards.
local function set_metatable(value, metatable)
  if type(value) ~= "table" then
    core.fail("setmetatable: expected a table, got a " .. type(value))
  end
  if type(metatable) ~= "table" then
    core.fail("setmetatable: expected a table as the metatable, got a " .. type(metatable))
  end
  if getmetatable(value) ~= nil then
    core.fail("setmetatable: this table has a metatable already, which cannot be changed")
  end
  local copy = {}
  for key, entry in pairs(metatable) do
    if is_metamethod[key] then
      copy[key] = entry
    elseif type(key) == "string" and key:sub(1, 2) == "__" then
      core.fail(("setmetatable: '%s' is not allowed in a scenario"):format(key:sub(1, 64)))
    end
  end
  copy.__metatable = metatable
  return setmetatable(value, copy)
end

local function select_keys(from, keys)
  local selected = {}
  for _, key in ipairs(keys) do
    selected[key] = from[key]
  end
  return selected
end

-- A module of the scenario's own, run once; its value, or true if it returns none.
local function require_own(name, globals, loaded)
  if loaded[name] == "loading" then
    core.fail(("require '%s': it is required while it is still being loaded"):format(name))
  end
  if loaded[name] == nil then
    local chunk = core.load_module(name, globals)
    if not chunk then
      local known = { "tailback" }
      for module in pairs(modules) do
        known[#known + 1] = module
      end
      core.fail(("there is no module '%s'%s"):format(name, names.hint(
        name, known, ": no such file in the scenario's folder")))
    end
    loaded[name] = "loading"
    local value = chunk()
    loaded[name] = { value == nil and true or value }
  end
  return loaded[name][1]
end

local function make_require(tb, globals)
  local loaded = {}
  return function(name)
    if type(name) ~= "string" then
      core.fail("require takes the name of a module, not a " .. type(name))
    end
    if name == "tailback" then
      return tb
    end
    if modules[name] then
      return modules[name]()
    end
    return require_own(name, globals, loaded)
  end
end

-- The globals of a scenario whose library is `tb`.
return function(tb)
  local globals = select_keys(_G, {
    "assert", "error", "getmetatable", "ipairs", "pairs", "pcall", "rawequal", "rawlen", "select",
    "tonumber", "tostring", "type",
  })
  globals._VERSION = _VERSION
  globals.print = core.print
  globals.setmetatable = set_metatable
  globals.require = make_require(tb, globals)
  for _, library in ipairs(LIBRARIES) do
    local selected = select_keys(library.from, library.names)
    globals[library.name] = object.read_only(library.name, selected)
    if library.from == string then
      local metatable = getmetatable("")
      metatable.__index, metatable.__metatable = selected, false
    end
  end
  return setmetatable(globals, {
    __index = function(_, name)
      if type(name) == "string" and ABSENT[name] then
        core.fail(("'%s' is not available in a scenario: %s"):format(name, ABSENT[name]))
      end
      local text = tostring(name):sub(1, 64)
      core.fail(("there is no global '%s'%s"):format(
        text, names.hint(text, names.keys(globals), "; a name must be given a value first")))
    end,
    __metatable = false,
  })
end
