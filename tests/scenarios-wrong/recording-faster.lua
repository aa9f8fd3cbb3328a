--! recording-faster.lua:7: field 'faster' of tb.recording: expected a whole number from 1 to 1000000, got number 0
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
tb.recording("always-called.lua", { faster = 0 })
