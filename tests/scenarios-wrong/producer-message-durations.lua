--! producer-message-durations.lua:6: message: key: expected a distribution of numbers, not of durations, got a distribution
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:producer {
  name = "clicks",
  arrivals = tb.poisson(1),
  message = { key = tb.exponential("1s") },
}
