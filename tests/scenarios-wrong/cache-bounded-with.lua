--! cache-bounded-with.lua:8: cache:bounded: expected a check of another cache:bounded, got a check
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
local here, there = dc:cache { name = "h" }, dc:cache { name = "t" }
here:bounded("1s", there:equal("1s"))
