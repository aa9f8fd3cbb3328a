-- units: "5s", "100Mbit/s", "64KiB" as numbers.
-- SPDX-License-Identifier: MIT
--
-- A parser takes what a user wrote, and returns a number in the base unit (seconds, bit/s, bytes,
-- per second), or nil and what it expected instead.
local units = {}

-- A unit is a factor; or, below the base unit, a divisor in braces, which rounds better.
local TIMES = {
  ns = { 1e9 }, us = { 1e6 }, ["µs"] = { 1e6 }, ms = { 1e3 },
  s = 1, min = 60, h = 3600, d = 86400,
}

local SIZES = {
  B = 1, kB = 1e3, MB = 1e6, GB = 1e9, TB = 1e12,
  KiB = 2 ^ 10, MiB = 2 ^ 20, GiB = 2 ^ 30, TiB = 2 ^ 40,
}

local BANDWIDTHS = {
  ["bit/s"] = 1, ["kbit/s"] = 1e3, ["Mbit/s"] = 1e6, ["Gbit/s"] = 1e9, ["Tbit/s"] = 1e12,
  ["B/s"] = 8, ["kB/s"] = 8e3, ["MB/s"] = 8e6, ["GB/s"] = 8e9,
}

local RATES = { ["/s"] = 1, ["/min"] = { 60 }, ["/h"] = { 3600 }, ["/d"] = { 86400 } }

-- "12.5 ms" is 12.5 times what the table has for "ms".
local function quantity(text, factors)
  local digits, unit = text:sub(1, 32):match("^([%d.eE+-]+) *(%D*)$")
  local number, factor = digits and tonumber(digits), digits and factors[unit]
  if not number or not factor then
    return nil
  end
  return type(factor) == "table" and number / factor[1] or number * factor
end

local function parser(factors, expected, accepts_numbers)
  return function(value)
    local number
    if type(value) == "string" then
      number = quantity(value, factors)
    elseif accepts_numbers and type(value) == "number" then
      number = value
    end
    if number and number == number and number ~= math.huge and number ~= -math.huge then
      return number
    end
    return nil, expected
  end
end

units.seconds = parser(TIMES, 'a duration such as "5s", "30ms" or "2min"', true)
units.bytes = parser(SIZES, 'a size such as "64KiB" or a number of bytes', true)
units.bandwidth = parser(BANDWIDTHS, 'a bandwidth such as "100Mbit/s" or "1Gbit/s"')
units.rate = parser(RATES, 'a rate such as 800 (per second) or "800/s"', true)

-- Seconds as whole nanoseconds.
function units.nanoseconds(seconds)
  return math.tointeger(math.floor(seconds * 1e9 + 0.5))
end

-- Nanoseconds for people: "30 s", "2.5 ms".
function units.text(nanoseconds)
  local seconds = nanoseconds / 1e9
  if seconds >= 1 or seconds == 0 then
    return ("%.9gs"):format(seconds)
  elseif seconds >= 1e-3 then
    return ("%.9gms"):format(seconds * 1e3)
  elseif seconds >= 1e-6 then
    return ("%.9gus"):format(seconds * 1e6)
  end
  return ("%.9gns"):format(seconds * 1e9)
end

return units
