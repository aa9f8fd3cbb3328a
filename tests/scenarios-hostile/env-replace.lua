local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local _ENV = {} print(1)
-- ends 2: env-replace.lua:3: attempt to call a nil value (global 'print')
