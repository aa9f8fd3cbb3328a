--! cache-no-requests.lua:7: cache.build needs the field 'requests': arrivals such as tb.poisson(1000), or a recording
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }

cache.build { datacenters = { "a" }, central = "a" }
