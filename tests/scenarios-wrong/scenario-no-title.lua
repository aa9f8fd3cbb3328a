--! scenario-no-title.lua:3: tb.scenario needs the field 'title': a text
local tb = require "tailback"
tb.scenario { duration = "1s" }
