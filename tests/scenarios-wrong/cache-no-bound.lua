--! cache-no-bound.lua:7: cache.build: entries that never expire have no bound: give the field 'bound'
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

cache.build { datacenters = { "a" }, central = "a", requests = tb.poisson(1), cache = { ttl = 0 } }
