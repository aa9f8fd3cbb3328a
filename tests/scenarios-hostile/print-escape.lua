local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print("\27[2J", "\r\b\b")
-- ends 0
