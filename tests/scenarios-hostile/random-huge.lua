local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(math.random(math.mininteger, math.maxinteger)) print(math.random(0)) print(math.random(1, 2^70))
-- ends 2: random-huge.lua:3: math.random: there is no integer in this interval
