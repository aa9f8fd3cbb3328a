--! distribution-erlang.lua:5: tb.erlang: stages must be an integer, at least 1, got number 1.5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.erlang(1.5, "1s")
