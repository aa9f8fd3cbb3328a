--! lead-nobody.lua:5: lead: expected a consumer, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.datacenter("a"):singleton({ name = "master" }):lead(nil)
