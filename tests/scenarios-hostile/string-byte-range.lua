local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(("x"):rep(2^20):byte(1, -1))
-- ends 2: string-byte-range.lua:3: stack overflow (string slice too long)
