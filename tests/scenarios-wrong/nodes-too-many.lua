--! nodes-too-many.lua:5: a world has at most 10000 nodes and checks
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
for i = 1, 20000 do tb.datacenter("d" .. i) end
