--! run-past.lua:9: this time has passed: it is 3 s now
--!   at 3 s, in an action of tb.at
--!   run-past.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at("3s", function()
  tb.at("2s", function() end)
end)
