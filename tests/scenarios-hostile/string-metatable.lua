local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
getmetatable("").__index = function() return 1 end
-- ends 2: string-metatable.lua:3: attempt to index a boolean value
