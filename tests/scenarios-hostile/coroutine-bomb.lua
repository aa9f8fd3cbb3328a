local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local t = {} for i = 1, 1e9 do t[i] = coroutine.create(function() coroutine.yield() end) coroutine.resume(t[i]) end
-- ends 2: coroutine-bomb.lua:3: the scenario needs more than 1024 MiB of memory
