--! producer-message-unit.lua:6: message: size: expected a size such as "64KiB" or a number of bytes, got "1 parsec"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer { name = "clicks", arrivals = tb.poisson(1), message = { size = "1 parsec" } }
