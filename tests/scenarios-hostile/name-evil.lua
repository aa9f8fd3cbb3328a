local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
tb.datacenter "../../etc"
-- ends 2: name-evil.lua:3: tb.datacenter: name: expected a name of 1 to 64 letters, digits, '.', '_' and '-', 
