local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
require "../secret"
require "....etc.passwd"
-- ends 2: require-dots.lua:3: require: a module's name is letters, digits, '_', '-' and '.', not '../secret'
