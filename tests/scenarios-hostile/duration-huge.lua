local tb = require "tailback"
tb.scenario { title = "x", duration = "99999999999999d" }
-- ends 2: duration-huge.lua:2: field 'duration' of tb.scenario: expected a duration from 0 to 100 years, got "
