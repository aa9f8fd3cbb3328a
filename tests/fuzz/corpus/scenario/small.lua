-- SPDX-License-Identifier: MIT
local tb = require 'tailback'
tb.scenario { title = 'x', duration = '1s' }
local a = tb.datacenter 'a'
local p = a:producer { name = 'p', arrivals = tb.poisson(50) }
local q = a:queue { name = 'q' }
local c = a:consumer { name = 'c', time = '1ms', on_message = function(m) if m.id % 2 == 0 then return tb.nack end end }
tb.connect(p, q, c)
tb.process(function() while true do tb.sleep(0.1) print(q:depth()) end end)
