--! queue-no-name.lua:6: dc:queue needs the field 'name': a name of 1 to 64 letters, digits, '.', '_' and '-'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { capacity = 100 }
