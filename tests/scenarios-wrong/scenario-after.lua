--! scenario-after.lua:3: call tb.scenario first: it says the seed and the duration
local tb = require "tailback"
tb.datacenter "beijing"
