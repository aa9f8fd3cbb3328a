local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local co co = coroutine.wrap(function() table.sort({ 3, 2, 1 }, function(x, y) coroutine.yield() return x < y end) end) co() co()
-- ends 2: sort-coroutine.lua:3: attempt to yield across a C-call boundary
