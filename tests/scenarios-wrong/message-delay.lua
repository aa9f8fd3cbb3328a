--! message-delay.lua:6: message: delay: expected a duration such as "2ms" or a distribution such as tb.exponential("2ms"), got "soon"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "p", arrivals = tb.poisson(1), message = { delay = "soon" } }
