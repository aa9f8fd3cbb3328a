--! late-connect.lua:11: a world is built while its scenario loads, not while it runs
--!   at 1 s, in an action of tb.at
--!   late-connect.lua:11
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
tb.connect(clicks, queue)
tb.at(1, function() tb.connect(clicks, queue) end)
