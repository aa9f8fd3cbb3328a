local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.poisson = 1
-- ends 2: tb-change.lua:3: tb cannot be changed
