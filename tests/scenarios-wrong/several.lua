--! several.lua:10: field 'capacity' of dc:queue: expected a whole number from 1 to 1000000000, got number 0
--! several.lua:10: field 'lease' of dc:queue: expected a duration such as "5s", "30ms" or "2min", got "5 sec"
--! several.lua:14: unknown field 'bufer', did you mean 'buffer'?
--! several.lua:13: field 'arrivals' of dc:producer: expected an arrival process such as tb.poisson(800), got number 800
--! several.lua:19: there is no global 'shanghia'; a name must be given a value first
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local queue = dc:queue { name = "clicks", lease = "5 sec", capacity = 0 }
local clicks = dc:producer {
  name = "clicks2",
  arrivals = 800,
  bufer = 5,
}
tb.connect(clicks, queue)
local shanghai = tb.datacenter "shanghai"
shanghai:consumer { name = "billing", time = "2ms" }
print(shanghia)
