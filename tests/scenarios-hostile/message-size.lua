local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a = tb.datacenter "a" local p = a:producer { name = "p", arrivals = tb.poisson(10), message = { size = 2^40 } } local q = a:queue { name = "q", store = "journal" } local c = a:consumer { name = "c", time = "1ms" } tb.connect(p, q, c)
-- ends 2: message-size.lua:3: message: size: expected a whole number from 0 to 1048576, got number 10995116277
