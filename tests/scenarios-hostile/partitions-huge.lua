local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.datacenter("a"):queue { name = "d", model = "publish_subscribe", partitions = 2^31 }
-- ends 2: partitions-huge.lua:3: field 'partitions' of dc:queue: expected a whole number from 1 to 4096, got n
