--! wait-nothing.lua:8: tb.wait_until: condition: expected a function, such as function() return ... end, got a boolean
--!   at 0 s, in a process
--!   wait-nothing.lua:8
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.process(function()
  tb.wait_until(tb.now() > 5)
end)
