local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(("%.99f"):format(1e308))
print(("%.200f"):format(1))
-- ends 2: format-precision.lua:4: invalid conversion specification: '%.200f'
