--! require-up.lua:5: require: a module's name is letters, digits, '_', '-' and '.', not '..secrets'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
require "..secrets"
