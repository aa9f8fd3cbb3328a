--! cache-central.lua:7: cache.build: central: expected one of "a", got "b"
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

cache.build { datacenters = { "a" }, central = "b", requests = tb.poisson(1) }
