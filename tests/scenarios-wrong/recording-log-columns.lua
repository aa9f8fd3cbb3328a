--! recording-log-columns.lua:5: tb.recording: a log has its own columns: leave out 'columns'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.recording("access.log", { format = "log", columns = { time = "ts" } })
