--! run-question.lua:9: there is no global 'nothing'; a name must be given a value first
--!   at 10 s, in a check at the end
--!   run-question.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.expect("it holds", function()
  return nothing
end)
