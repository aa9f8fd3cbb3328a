--! ledger-budget.lua:6: field 'budget' of dc:ledger: expected a whole number, got number 1.5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:ledger { name = "ledger", budget = 1.5 }
