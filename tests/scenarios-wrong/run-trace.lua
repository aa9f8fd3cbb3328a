--! run-trace.lua:11: attempt to index a nil value (field 'x')
--!   at 2 s, in a process
--!   run-trace.lua:11: in 'inner'
--!   run-trace.lua:15: in 'outer'
--!   run-trace.lua:21
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local function inner(t)
  return t.x.y
end

local function outer(t)
  local y = inner(t)
  return y
end

tb.process(function()
  tb.sleep("2s")
  outer {}
end)
