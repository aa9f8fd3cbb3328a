local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.datacenter("a"):queue { name = "q", capacity = 2^62 }
-- ends 2: capacity-huge.lua:3: field 'capacity' of dc:queue: expected a whole number from 1 to 1000000000, got
