--! retract-nowhere.lua:5: retract_at: expected a ledger, got number 5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter("a"):detector({ name = "d", rules = { { by = "key", within = "1s", more_than = 1 } } }):retract_at(5)
