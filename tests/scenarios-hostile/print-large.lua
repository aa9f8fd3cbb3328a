local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(("x"):rep(2^20)) print(("x"):rep(2^20))
-- ends 0
