--! cache-bounded-twice.lua:9: cache:bounded: a/h has this check already
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
local here = dc:cache { name = "h" }
here:bounded("1s")
here:bounded("2s")
