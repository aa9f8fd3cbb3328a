--! ticket-central.lua:7: ticket.build: central: expected one of "a", "b", got "c"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local ticket = require "systems.ticket"
ticket.build { datacenters = { "a", "b" }, central = "c", rules = tb.poisson(1) }
