--! connect-without-link.lua:10: no link joins 'shanghai' and 'beijing': shanghai/far cannot reach beijing/queue (write tb.link("shanghai", "beijing", {...}))
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local clicks = dc:producer { name = "clicks", arrivals = tb.periodic "100ms" }
local queue = dc:queue { name = "queue" }
local far = tb.datacenter("shanghai"):producer { name = "far", arrivals = tb.poisson(1) }
tb.connect(clicks, queue)
tb.connect(far, queue)
