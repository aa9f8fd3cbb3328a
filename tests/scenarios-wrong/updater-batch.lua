--! updater-batch.lua:7: field 'batch' of dc:updater: expected a whole number from 1 to 64, got number 65
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

local dc = tb.datacenter "a"
dc:updater { name = "u", batch = 65 }
