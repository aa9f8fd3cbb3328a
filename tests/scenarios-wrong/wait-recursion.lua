--! wait-recursion.lua:17: stack overflow
--!   at 0 s, in a process
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
--!   wait-recursion.lua:17: in 'f'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local function f()
  return 1 + f()
end
tb.process(function()
  tb.wait_until(f)
end)
