--! run-overflow.lua:17: stack overflow
--!   at 1 s, in an action of tb.at
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
--!   run-overflow.lua:17: in 'f'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local function f() return 1 + f() end
tb.at(1, f)
