--! run-zeno.lua: at 0 s: a million events, and time does not pass: a process that sleeps for 0, or an interval of 0?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.process(function()
  while true do tb.sleep(0) end
end)
