--! run-yield.lua:9: a process pauses with tb.sleep, not coroutine.yield
--!   at 0 s, in a process
--!   run-yield.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.process(function()
  coroutine.yield()
end)
