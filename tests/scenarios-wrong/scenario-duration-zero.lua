--! scenario-duration-zero.lua:5: field 'duration' of tb.scenario: expected a duration of at least 1ns, got number 0
local tb = require "tailback"
tb.scenario {
  title = "wrong",
  duration = 0,
}
