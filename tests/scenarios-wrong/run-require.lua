--! run-require.lua:8: require 'prices': modules are read while the scenario loads
--!   at 3 s, in an action of tb.at
--!   run-require.lua:8
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
tb.at("3s", function() require "prices" end)
