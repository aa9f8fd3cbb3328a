--! scenario-unknown-field.lua:5: unknown field 'durration', did you mean 'duration'?
local tb = require "tailback"
tb.scenario {
  title = "wrong",
  durration = "1s",
}
