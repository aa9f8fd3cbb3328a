--! cache-strategy.lua:7: field 'strategy' of cache.build: expected "update", got "updates"
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

cache.build { datacenters = { "a" }, central = "a", requests = tb.poisson(1), strategy = "updates" }
