local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
("").__index = nil
-- ends 2: string-index-set.lua:2: attempt to call a nil value
