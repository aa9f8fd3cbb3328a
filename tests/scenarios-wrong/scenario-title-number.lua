--! scenario-title-number.lua:3: field 'title' of tb.scenario: expected a text, got number 5
local tb = require "tailback"
tb.scenario { title = 5, duration = 1 }
