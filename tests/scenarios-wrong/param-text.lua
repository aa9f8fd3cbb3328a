--! param-text.lua:5: field 'default' of tb.param 'colour': expected a number, true or false, a duration such as "5s", or a text with 'choices', got "blue"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.param("colour", { default = "blue" })
