--! wait-mistake.lua:11: attempt to compare number with nil
--!   at 0 s, in a process
--!   wait-mistake.lua:11
--!   wait-mistake.lua:10
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local depth
tb.process(function()
  tb.wait_until(function()
    return depth > 5
  end)
end)
