--! run-nil.lua:10: attempt to index a nil value (local 'sys')
--!   at 3 s, in "mischief"
--!   run-nil.lua:10
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at("3s", "mischief", function()
  local sys
  sys.datacenter:fail()
end)
