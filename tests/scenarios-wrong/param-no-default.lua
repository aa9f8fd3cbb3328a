--! param-no-default.lua:5: tb.param 'rate' needs the field 'default': its value unless --set says otherwise
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.param("rate", { min = 1 })
