--! recording-no-time.lua:5: tb.recording: columns needs the name of the column that is the time, as in { time = "ts", key = "advertiser" }
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.recording("clicks.csv", { columns = { key = "url" } })
