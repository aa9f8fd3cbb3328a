--! distribution-discrete-empty.lua:5: tb.discrete: values: expected a list such as { 1, 2, 3 }, got a table
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.discrete { values = {} }
