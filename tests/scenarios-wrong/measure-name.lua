--! measure-name.lua:5: tb.measure: name: expected a name of 1 to 64 letters, digits, '.', '_' and '-', got "a/b"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.measure "a/b"
