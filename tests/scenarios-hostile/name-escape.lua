local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.datacenter "\27[2J"
-- ends 2: name-escape.lua:3: tb.datacenter: name: expected a name of 1 to 64 letters, digits, '.', '_' and '-'
