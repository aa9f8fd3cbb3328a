local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
print(tb.measures["%s%n%x"])
-- ends 2: path-format.lua:3: there is no measure '%s%n%x'; a measure is called "datacenter/node/what"
