--! queue-single-active.lua:5: field 'single_active' of dc:queue: expected true or false, got number 1
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter("a"):queue { name = "q", single_active = 1 }
