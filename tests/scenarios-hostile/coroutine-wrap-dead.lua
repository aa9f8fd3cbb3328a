local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local f = coroutine.wrap(function() end) f() f()
-- ends 2: coroutine-wrap-dead.lua:3: cannot resume dead coroutine
