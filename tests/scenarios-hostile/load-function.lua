local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local f = load("return 1")
-- ends 2: load-function.lua:3: 'load' is not available in a scenario: code is loaded with require
