local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(tb.zipf(2^62, 1.1):draw())
-- ends 2: zipf-huge.lua:3: tb.zipf: count must be an integer, at least 1, got number 4.6116860184274e+18
