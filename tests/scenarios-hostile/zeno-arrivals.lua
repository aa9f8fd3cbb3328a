local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a = tb.datacenter "a" local p = a:producer { name = "p", arrivals = tb.renewal(tb.constant("0s")) } local q = a:queue { name = "q" } local c = a:consumer { name = "c", time = "1ms" } tb.connect(p, q, c)
-- ends 2: zeno-arrivals.lua:3: tb.renewal: interval must be a distribution with a mean greater than 0
