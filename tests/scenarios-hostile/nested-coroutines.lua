local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local function f() coroutine.wrap(f)() end f()
-- ends 2: nested-coroutines.lua:3: C stack overflow
