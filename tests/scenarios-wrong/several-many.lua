--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 1
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 2
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 3
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 4
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 5
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 6
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 7
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 8
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 9
--! several-many.lua:16: field 'store' of dc:queue: expected one of "memory", "journal", got number 10
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
for i = 1, 50 do
  dc:queue { name = "q" .. i, store = i }
end
