local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local co co = coroutine.create(function() return coroutine.resume(co) end) print(coroutine.resume(co))
-- ends 0
