--! link-unknown.lua:7: tb.link: there is no data centre 'shangai', did you mean 'shanghai'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.datacenter "shanghai"
tb.link("beijing", "shangai", { latency = "30ms" })
