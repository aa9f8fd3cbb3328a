local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local s = ("x"):rep(2^20) local t = {} for i = 1, 1e6 do t[i] = s .. i end
-- ends 2: string-rep-nested.lua:3: the scenario needs more than 1024 MiB of memory
