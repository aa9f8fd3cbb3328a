--! recording-absent.lua:5: cannot read 'nothing.csv': No such file or directory
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.recording "nothing.csv"
