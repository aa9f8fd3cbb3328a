-- object: the classes of handles, and read-only tables, both of which know what they have.
-- SPDX-License-Identifier: MIT
local core, require = ...
local names = require "tailback.names"

local object = {}

local function unknown(what, known)
  return function(_, key)
    core.fail(("%s has no '%s'%s"):format(
      what, tostring(key):sub(1, 64), names.hint(tostring(key), names.keys(known))))
  end
end

local function frozen(what)
  return function()
    core.fail(what .. " cannot be changed")
  end
end

-- Makes a class of handles. `methods` may be filled in later.
function object.class(name, methods)
  local what = names.article(name)
  setmetatable(methods, { __index = unknown(what, methods) })
  core.class(name, {
    __index = methods,
    __newindex = frozen(what),
    __metatable = false,
    __name = name,
    __tostring = function(self)
      return core.private(self, name).label or what
    end,
  })
end

-- The private table behind `self`, on which the method `method` was called.
function object.private(self, class, method)
  local private = core.private(self, class)
  if not private then
    core.fail(("%s is a method of %s: call it with a colon, %s:%s(...)"):format(
      method, names.article(class), class:match("%a+$"), method))
  end
  return private
end

-- What a scenario sees of a table: it can read it, and visit it with pairs. `what` is its name in
-- messages; `missing(key)`, if given, says what to do about a key that is not there.
function object.read_only(what, contents, missing)
  local fail = unknown(what, contents)
  setmetatable(contents, {
    __index = function(_, key)
      if missing then
        return missing(key)
      end
      return fail(nil, key)
    end,
  })
  return setmetatable({}, {
    __index = contents,
    __newindex = frozen(what),
    __metatable = false,
    __pairs = function()
      return pairs(contents)
    end,
  })
end

return object
