--! run-sleep-in-sort.lua:10: tb.sleep cannot pause in the middle of a condition, a sort or a replacement
--!   at 0 s, in a process
--!   run-sleep-in-sort.lua:10
--!   run-sleep-in-sort.lua:10
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.process(function()
  table.sort({ 2, 1 }, function() tb.sleep(1) end)
end)
