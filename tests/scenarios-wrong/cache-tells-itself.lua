--! cache-tells-itself.lua:8: cache:tells: a/h knows of its own writes: name the others
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
local here = dc:cache { name = "h" }
here:tells(here)
