--! always-window.lua:5: field 'to' of tb.always: expected a time after 'from'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.always(function() return true end, { from = "5s", to = "1s" })
