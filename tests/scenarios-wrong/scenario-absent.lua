--! scenario-absent.lua: the file describes no scenario: call tb.scenario { title = ..., duration = ... }
local tb = require "tailback"
