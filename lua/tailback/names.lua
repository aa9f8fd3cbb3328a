-- names: the nearest name to one that does not exist, for messages that teach.
-- SPDX-License-Identifier: MIT
local names = {}

-- How many letters must be inserted, removed, replaced or swapped with a neighbour to turn a into b
-- (optimal string alignment).
local function distance(a, b)
  local before, row = {}, {}
  for j = 0, #b do
    row[j] = j
  end
  local before_last
  for i = 1, #a do
    before_last, before, row = before, row, { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      local best = math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (same and 0 or 1))
      local swapped = i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j)
      if swapped then
        best = math.min(best, before_last[j - 2] + 1)
      end
      row[j] = best
    end
  end
  return row[#b]
end

-- The candidate that a typist most likely meant; nil when none is near.
function names.nearest(name, candidates)
  local nearest
  if #name > 64 then
    return nil
  end
  local limit = math.max(1, #name // 3) + 1
  for _, candidate in ipairs(candidates) do
    local is_beginning = #candidate > 2 and name:sub(1, #candidate) == candidate
    local far = is_beginning and 1 or distance(name:lower(), candidate:lower())
    if far < limit and far < #candidate then
      nearest, limit = candidate, far
    end
  end
  return nearest
end

-- The word with its article: "a queue", "an arrival process".
function names.article(word)
  return (word:find("^[aeiou]") and "an " or "a ") .. word
end

-- The keys of a table that are strings, in order.
function names.keys(set)
  local keys = {}
  for key in pairs(set) do
    if type(key) == "string" then
      keys[#keys + 1] = key
    end
  end
  return keys
end

local LISTED_MAX = 25 -- a person reads no more

-- ", did you mean 'x'?", or what `otherwise` says (default: what there is).
function names.hint(name, candidates, otherwise)
  local nearest = names.nearest(name, candidates)
  if nearest then
    return (", did you mean '%s'?"):format(nearest)
  end
  if otherwise then
    return otherwise
  elseif #candidates > LISTED_MAX then
    return "; docs/api.md has all that there is"
  end
  return #candidates > 0 and "; there is " .. table.concat(candidates, ", ") or ""
end

return names
