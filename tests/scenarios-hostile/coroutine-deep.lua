local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local function deep(n) if n == 0 then return 0 end return coroutine.wrap(deep)(n - 1) end print(pcall(deep, 250)) print(pcall(deep, 1e6))
-- ends 0
