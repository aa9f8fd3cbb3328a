local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local s = ("x"):rep(1e9)
-- ends 2: string-rep.lua:3: string.rep makes at most 1048576 bytes
