local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
require "a\0b"
-- ends 2: require-nul.lua:3: require: a module's name is letters, digits, '_', '-' and '.', not 'a'
