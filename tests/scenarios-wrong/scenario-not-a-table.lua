--! scenario-not-a-table.lua:3: tb.scenario takes a table of fields, such as { title = ... }, not "wrong"
local tb = require "tailback"
tb.scenario("wrong")
