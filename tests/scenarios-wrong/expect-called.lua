--! expect-called.lua:5: tb.expect: expected a check or a function, got true
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.expect("at the end", (function() return true end)())
