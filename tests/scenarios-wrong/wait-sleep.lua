--! wait-sleep.lua:10: tb.sleep cannot pause in the middle of a condition, a sort or a replacement
--!   at 0 s, in a process
--!   wait-sleep.lua:10
--!   wait-sleep.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.process(function()
  tb.wait_until(function()
    return tb.sleep(1)
  end)
end)
