--! billing-one-datacenter.lua:7: field 'datacenters' of billing.build: expected a list of names, got "beijing"
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

billing.build { datacenters = "beijing", central = "beijing", clicks = tb.poisson(1) }
