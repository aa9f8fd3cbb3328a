--! link-twice.lua:8: 'shanghai' and 'beijing' are joined by a link already
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.datacenter "shanghai"
tb.link("beijing", "shanghai", { latency = "30ms" })
tb.link("shanghai", "beijing", { latency = "30ms" })
