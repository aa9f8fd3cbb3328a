-- Clicks as a file has them, with their keys.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Recorded load", duration = "60s", seed = 1 }

local here   = tb.datacenter "here"
local clicks = here:producer { name = "clicks",
  arrivals = tb.recording("clicks.csv", { columns = { time = "seconds", key = "page" } }) }
local queue  = here:queue { name = "queue" }
local count  = tb.measure("front-page", { kind = "counter" })
local reader = here:consumer { name = "reader", time = "5ms",
  on_message = function(click) if click.key == 1 then count:add() end end }
tb.connect(clicks, queue, reader)

tb.expect("twelve clicks of the file are on the front page", function() return count:value() == 12 end)
