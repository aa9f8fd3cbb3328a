--! queue-when-full.lua:6: field 'when_full' of dc:queue: expected one of "block", "reject", "drop_oldest", "drop_newest", got "wait"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", when_full = "wait" }
