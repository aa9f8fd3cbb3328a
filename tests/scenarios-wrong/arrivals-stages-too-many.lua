--! arrivals-stages-too-many.lua:9: tb.stages takes 1 to 32 stages, such as { rate = 800, duration = "1min" }
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local stages = {}
for i = 1, 33 do
  stages[i] = { rate = i, duration = "1s" }
end
tb.stages(stages)
