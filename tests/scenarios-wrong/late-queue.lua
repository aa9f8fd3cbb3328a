--! late-queue.lua:9: a world is built while its scenario loads, not while it runs
--!   at 1 s, in an action of tb.at
--!   late-queue.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at(1, function()
  dc:queue { name = "late" }
end)
