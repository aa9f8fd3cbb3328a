local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(2^1024, (-8)^(1/3), 0/0)
-- ends 0
