--! cache-tells.lua:7: cache:tells: expected caches, got a datacenter
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
dc:cache({ name = "h" }):tells(dc)
