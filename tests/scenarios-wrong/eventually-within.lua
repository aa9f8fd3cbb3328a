--! eventually-within.lua:5: field 'within' of tb.eventually: expected a duration such as "5s", "30ms" or "2min", got "soon"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.eventually(function() return true end, "soon")
