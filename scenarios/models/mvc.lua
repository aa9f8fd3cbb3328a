-- mvc: the sender and the receiver are one entity: a state, and the changes that its views follow.
--
-- What you will see: the prices of 50 stocks change 2000 times a second. Three views follow: a
-- trading engine, which takes 0.2 ms for a change and sees nearly all of them; a web page, which
-- takes 5 ms; and a wall display, which takes 60 ms where a change comes every half. The page and the
-- display cannot keep up, and need not: of each stock only the newest price waits for them, what it
-- took the place of is skipped (the measure here/prices/conflated; "dropped" where no view saw it).
-- So what waits is bounded by the number of stocks, however slow they are, and nobody delays the
-- prices. The display dies at 20 s and comes back at 30 s: it gets the state as it is then, not
-- ten seconds of history.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "mvc: slow views skip ahead",
  question = "A view is a hundred times too slow: how far does it fall behind?",
  duration = "40s",
  seed     = 2,
}

local stocks = tb.param("stocks", { default = 50, min = 1, max = 1000 })

local here   = tb.datacenter "here"
local market = here:producer {
  name = "market", arrivals = tb.poisson(2000), message = { key = tb.uniform_int(1, stocks) },
}
local prices = here:queue { name = "prices", model = "mvc", capacity = stocks }
tb.connect(market, prices)

local function view(name, time)
  local consumer = here:consumer { name = name, time = tb.exponential(time) }
  prices:group { name = name }:join(consumer)
  return consumer
end
view("engine", "0.2ms")
view("page", "5ms")
local display = view("display", "60ms")

tb.at("20s", "the display dies", function() display:crash() end)
tb.at("30s", "it is back", function() display:restart() end)

tb.expect("no view ever waits for more than one change of each stock",
  tb.measures["here/prices/depth"]:below(stocks + 1))
tb.expect("the engine is never late", tb.measures["here/engine/latency"]:p(99):below("10ms"))
tb.expect("what reaches the display is at most four seconds old",
  tb.measures["here/display/latency"]:p(99):below("4s", { to = "20s" }))
