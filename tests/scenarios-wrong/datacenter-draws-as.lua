--! datacenter-draws-as.lua:6: tb.datacenter: draws_as: 'a' is there already: say it at the first call
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter "a"
tb.datacenter("a", { draws_as = "b" })
