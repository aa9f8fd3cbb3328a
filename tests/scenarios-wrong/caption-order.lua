--! caption-order.lua:5: tb.caption: to: expected a time after "5s", got "2s"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.caption("5s", "look", "2s")
