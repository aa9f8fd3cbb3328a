--! measure-taken.lua:6: tb.measure: there is a measure 'age' already: choose another name
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.measure "age"
tb.measure "age"
