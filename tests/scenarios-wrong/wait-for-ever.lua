--! wait-for-ever.lua:10: this has been running for 2 s without a pause: an endless loop? (tb.sleep pauses a process)
--!   at 0 s, in a process
--!   wait-for-ever.lua:10
--!   wait-for-ever.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.process(function()
  tb.wait_until(function()
    while true do end
  end)
end)
