local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
print(getmetatable(p)) getmetatable(p).__index = 1
-- ends 2: handle-metatable.lua:6: attempt to index a boolean value
