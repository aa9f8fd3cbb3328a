local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local function f() return 1 + f() end f()
-- ends 2: recursion.lua:3: stack overflow
