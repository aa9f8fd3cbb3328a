local tb = require "tailback"
local x = "ÿþ" tb.scenario { title = x, duration = "1s" }
-- ends 0
