--! param-choice.lua:5: tb.param 'store': default: expected one of "memory", "journal", got "disk"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.param("store", { default = "disk", choices = { "memory", "journal" } })
