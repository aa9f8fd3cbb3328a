--! recording-late.lua:8: 'recording-late.lua': files are opened while the scenario loads
--!   at 1 s, in an action of tb.at
--!   recording-late.lua:8
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.at("1s", function()
  tb.recording "recording-late.lua"
end)
