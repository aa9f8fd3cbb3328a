local tb = require "tailback"
tb.scenario { title = "x", duration = math.huge }
-- ends 2: duration-inf.lua:2: field 'duration' of tb.scenario: expected a duration such as "5s", "30ms" or "2m
