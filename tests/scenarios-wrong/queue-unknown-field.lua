--! queue-unknown-field.lua:8: unknown field 'capcity', did you mean 'capacity'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue {
  name = "queue",
  capcity = 100,
}
