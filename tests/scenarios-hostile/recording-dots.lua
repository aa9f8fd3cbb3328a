local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.recording("../../etc/passwd")
-- ends 2: recording-dots.lua:3: a file of the scenario's is named from its folder, as in "data/clicks.csv", by
