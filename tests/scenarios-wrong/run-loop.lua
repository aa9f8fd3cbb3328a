--! run-loop.lua:9: this has been running for 2 s without a pause: an endless loop? (tb.sleep pauses a process)
--!   at 3 s, in "spin"
--!   run-loop.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at("3s", "spin", function()
  while true do end
end)
