local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local s = "x" while true do s = s .. s end
-- ends 2: string-doubling.lua:3: the scenario needs more than 1024 MiB of memory
