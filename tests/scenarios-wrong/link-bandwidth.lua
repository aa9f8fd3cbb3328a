--! link-bandwidth.lua:9: field 'bandwidth' of tb.link: expected a bandwidth such as "100Mbit/s" or "1Gbit/s", got "1Gb"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.datacenter "shanghai"
tb.link("beijing", "shanghai", {
  latency = "30ms",
  bandwidth = "1Gb",
})
