-- A view that changes what it watches is told of its own change, and changes it again.
--
-- What you will see: forty prices, five changes a second in all. A view rounds each price to full tens
-- and writes it back. Its own write is a change like any other, so it is told of it, rounds it, writes it
-- back, and is told again. Nothing ever comes of it, and each price that was touched once goes round
-- for ever: the view is busy all the time, with 300 changes of its own for one of anybody else's.
--
-- The remedy, --set remedy=true: write only what differs. The second time round the price is a full ten,
-- and the story ends.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A view that feeds itself",
  question = "Five changes a second: how many does the view see?",
  duration = "30s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 5, min = 1, max = 20, unit = "changes/s" })

local here   = tb.datacenter "here"
local market = here:producer {
  name = "market", arrivals = tb.poisson(rate),
  message = { key = tb.uniform_int(1, 40), value = tb.uniform_int(100, 999) },
}
local rounded = here:producer { name = "rounded", arrivals = tb.stages { { rate = 0 } } }
local prices  = here:queue { name = "prices", model = "mvc", capacity = 40 }
local view = here:consumer {
  name = "view", time = tb.exponential "1ms",
  on_message = function(price)
    local tens = price.value // 10 * 10
    if not remedy or tens ~= price.value then rounded:send { key = price.key, value = tens } end
  end,
}
tb.connect(market, prices, view)
tb.connect(rounded, prices)

tb.expect("the view sees each change, and its own answer to it", function()
  local seen, made = tb.measures["here/view/finished"]:value(), tb.measures["here/market/arrived"]:value()
  return seen <= 2 * made, ("%d changes were made, %d seen"):format(made, seen)
end)
tb.expect("the view has nothing to do for most of the time", function()
  return tb.measures["here/view/busy"]:mean() < 0.1
end)
