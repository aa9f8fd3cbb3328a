--! pairs-table-key.lua:5: pairs cannot visit a key that is a table in an order that is the same in every run; use names or numbers as keys
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
for k in pairs { [{}] = 1 } do print(k) end
