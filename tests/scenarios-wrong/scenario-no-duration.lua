--! scenario-no-duration.lua:3: tb.scenario needs the field 'duration': a duration such as "5s", "30ms" or "2min"
local tb = require "tailback"
tb.scenario { title = "wrong" }
