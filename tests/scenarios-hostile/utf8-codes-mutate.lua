local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
for p, c in utf8.codes(("\xff"):rep(100)) do end
-- ends 2: utf8-codes-mutate.lua:3: utf8 has no 'codes'; there is char, charpattern, codepoint, len, offset
