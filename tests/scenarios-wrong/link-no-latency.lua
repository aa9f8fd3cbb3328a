--! link-no-latency.lua:7: tb.link needs the field 'latency': a duration such as "2ms" or a distribution such as tb.exponential("2ms")
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.datacenter "shanghai"
tb.link("beijing", "shanghai", { bandwidth = "1Gbit/s" })
