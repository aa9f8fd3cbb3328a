--! queue-dedup.lua:5: field 'dedup_count' of dc:queue: expected a whole number from 0 to 100000000, got number 1000000000000
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter("a"):queue { name = "q", dedup_count = 1e12 }
