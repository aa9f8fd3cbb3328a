--! recording-no-columns.lua:5: tb.recording: a CSV file of any columns needs 'columns', as in { time = "ts", key = "advertiser" }
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.recording("clicks.csv", { format = "csv" })
