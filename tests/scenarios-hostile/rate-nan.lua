local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.poisson(0/0)
-- ends 2: rate-nan.lua:3: tb.poisson: rate: expected a rate such as 800 (per second) or "800/s", got number -n
