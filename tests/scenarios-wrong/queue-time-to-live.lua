--! queue-time-to-live.lua:5: field 'time_to_live' of dc:queue: expected a duration from 0 to 100 years, got "-1s"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter("a"):queue { name = "q", time_to_live = "-1s" }
