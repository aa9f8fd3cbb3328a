--! expect-name.lua:5: tb.expect: name: expected a text, got a check
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.expect(tb.checks.exactly_once, "exactly once")
