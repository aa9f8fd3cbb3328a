local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(("%q"):format(("\0"):rep(2^20)))
-- ends 0
