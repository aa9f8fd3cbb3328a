--! scenario-duration-unit.lua:5: field 'duration' of tb.scenario: expected a duration such as "5s", "30ms" or "2min", got "2 minutes"
local tb = require "tailback"
tb.scenario {
  title = "wrong",
  duration = "2 minutes",
}
