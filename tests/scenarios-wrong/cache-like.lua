--! cache-like.lua:7: cache.build: like: expected what cache.build returned, got number 5
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

cache.build { datacenters = { "a" }, central = "a", requests = tb.poisson(1), like = 5 }
