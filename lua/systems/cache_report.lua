-- systems.cache_report: what systems.cache prints at the end: a line for each cache, and who wins.
-- SPDX-License-Identifier: MIT
local tb = ...

local LINE = "%-16s %-12s %7s %9s %9s %9s %9s %9s %9s"

local function measure(node, name)
  return tb.measures[tostring(node) .. "/" .. name]
end

local function seconds(value)
  if value >= 1 then
    return ("%.2f s"):format(value)
  end
  return ("%.1f ms"):format(value * 1000)
end

-- What one cache has come to.
local function read_cache(cache)
  local hits, misses = measure(cache, "hits"):value(), measure(cache, "misses"):value()
  local staleness, lag = measure(cache, "staleness"), measure(cache, "update_lag")
  return {
    hits = hits, reads = hits + misses, stale = measure(cache, "stale"):value(),
    hit_ratio = hits / math.max(hits + misses, 1),
    p50 = staleness:p(50):value(), p99 = staleness:p(99):value(), max = staleness:max(),
    mean = staleness:mean(), told = lag:value(), lag = lag:p(99):value(),
  }
end

-- The worst of the data centres, and the sums over them.
local function read_system(sys)
  local sum = { hits = 0, reads = 0, stale = 0, told = 0, p99 = 0, max = 0, mean = 0 }
  for _, place in ipairs(sys.places) do
    local one = read_cache(sys.caches[place])
    for _, name in ipairs { "hits", "reads", "stale", "told" } do
      sum[name] = sum[name] + one[name]
    end
    for _, name in ipairs { "p99", "max", "mean" } do
      sum[name] = math.max(sum[name], one[name])
    end
  end
  sum.hit_ratio = sum.hits / math.max(sum.reads, 1)
  sum.stale = sum.stale / math.max(sum.reads, 1)
  sum.load = measure(sys.database, "requests"):value() / tb.now()
  sum.name = sys.prefix ~= "" and sys.prefix:gsub("[-.]$", "") or sys.strategy
  return sum
end

local function print_system(sys, sum)
  for index, place in ipairs(sys.places) do
    local one = read_cache(sys.caches[place])
    print(LINE:format(index == 1 and sum.name or "", place,
      ("%.1f %%"):format(100 * one.hit_ratio), index == 1 and ("%.0f"):format(sum.load) or "",
      one.told > 0 and seconds(one.lag) or "-", ("%.2f %%"):format(100 * one.stale / math.max(
        one.reads, 1)), seconds(one.p50), seconds(one.p99), seconds(one.max)))
  end
end

local AXES = {
  { "most hits", "hit_ratio", -1, function(value) return ("%.1f %%"):format(100 * value) end },
  { "least load on the database", "load", 1,
    function(value) return ("%.0f requests/s"):format(value) end },
  { "fewest words to the caches", "told", 1, function(value) return ("%d"):format(value) end },
  { "fewest stale reads", "stale", 1,
    function(value) return ("%.2f %%"):format(100 * value) end },
  { "freshest on average", "mean", 1, seconds },
  { "freshest at the 99th percentile", "p99", 1, seconds },
  { "freshest at worst", "max", 1, seconds },
}

-- Who is best; whoever is within a hundredth of that is so too.
local function find_winners(sums, field, sign)
  local best, names = math.huge, {}
  for _, sum in ipairs(sums) do
    best = math.min(best, sign * sum[field])
  end
  for _, sum in ipairs(sums) do
    if sign * sum[field] <= best + 0.01 * math.abs(best) then
      names[#names + 1] = sum.name
    end
  end
  return names, sign * best
end

local function print_winners(sums)
  for _, axis in ipairs(AXES) do
    local title, field, sign, show = table.unpack(axis)
    local names, best = find_winners(sums, field, sign)
    print(("%-34s %s%s (%s)"):format(title, #names > 1 and "tie: " or "", table.concat(names, ", "), show(best)))
  end
end

local function print_all(systems)
  local sums = {}
  print(LINE:format("", "", "hits", "database", "update", "stale", "staleness", "staleness",
    "staleness"))
  print(LINE:format("system", "data centre", "", "req/s", "lag p99", "reads", "p50", "p99", "max"))
  for index, sys in ipairs(systems) do
    sums[index] = read_system(sys)
    print_system(sys, sums[index])
  end
  if #sums > 1 then
    print_winners(sums)
  end
end

-- At the end of the run.
return function(systems)
  tb.at_end(function()
    print_all(systems)
    return true
  end)
end
