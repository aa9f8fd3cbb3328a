--! producer-message-born.lua:6: field 'born' of a message is given by the world: choose another name
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "clicks", arrivals = tb.poisson(1), message = { born = 1 } }
