local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local s = ("x"):rep(2^20):gsub("", "abcdefghij"):gsub("", "abcdefghij")
-- ends 0
