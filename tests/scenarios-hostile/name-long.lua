local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.datacenter(("x"):rep(1e6))
-- ends 2: name-long.lua:3: tb.datacenter: name: ex
