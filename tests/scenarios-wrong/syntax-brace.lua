--! syntax-brace.lua:7: '}' expected (to close '{' at line 6) near <eof>
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "q"
