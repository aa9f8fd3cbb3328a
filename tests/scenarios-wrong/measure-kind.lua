--! measure-kind.lua:5: field 'kind' of tb.measure: expected one of "counter", "gauge", "tally", got "histogram"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.measure("age", { kind = "histogram" })
