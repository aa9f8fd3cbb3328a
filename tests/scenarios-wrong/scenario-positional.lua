--! scenario-positional.lua:3: tb.scenario takes fields such as title = ..., not a value without a name
local tb = require "tailback"
tb.scenario { "wrong", "10s" }
