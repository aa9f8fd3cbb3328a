--! run-error-table.lua:8: the scenario raised an error that is no text, but a table
--!   at 1 s, in an action of tb.at
--!   run-error-table.lua:8
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at(1, function() error {} end)
