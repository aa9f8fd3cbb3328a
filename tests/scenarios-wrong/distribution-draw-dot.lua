--! distribution-draw-dot.lua:6: draw is a method of a distribution: call it with a colon, distribution:draw(...)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local service = tb.exponential "1ms"
service.draw()
