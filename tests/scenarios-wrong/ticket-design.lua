--! ticket-design.lua:7: field 'design' of ticket.build: expected one of "locking", "queue", "partitioned", got "hope"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local ticket = require "systems.ticket"
ticket.build { design = "hope", datacenters = { "a" }, central = "a", rules = tb.poisson(1) }
