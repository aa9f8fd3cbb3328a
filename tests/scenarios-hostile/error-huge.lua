local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
error(("x"):rep(2^20))
-- ends 2: error-huge.lua:3: xxxxxxxxxxxxxxxxxxxxxx
