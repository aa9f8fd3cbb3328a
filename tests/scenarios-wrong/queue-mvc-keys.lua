--! queue-mvc-keys.lua:6: dc:queue: capacity: an mvc has at most 1048576 keys, got 100000000
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "mvc", capacity = 1e8 }
