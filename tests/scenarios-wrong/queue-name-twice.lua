--! queue-name-twice.lua:7: data centre 'beijing' has a queue called 'queue' already: choose another name
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue" }
dc:queue { name = "queue" }
