--! cache-field.lua:7: unknown field 'tll', did you mean 'ttl'?
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

cache.build { datacenters = { "a" }, central = "a", requests = tb.poisson(1), cache = { tll = 5 } }
