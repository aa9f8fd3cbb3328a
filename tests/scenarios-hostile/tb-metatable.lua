local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
setmetatable(tb, {})
-- ends 2: tb-metatable.lua:3: setmetatable: this table has a metatable already, which cannot be changed
