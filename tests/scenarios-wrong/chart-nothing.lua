--! chart-nothing.lua:5: tb.chart: name the measures to draw, as in tb.chart("depth", tb.measures["beijing/queue/depth"])
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.chart("depth")
