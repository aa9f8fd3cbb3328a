-- A message that is tried again comes after those that were sent later, and undoes them.
--
-- What you will see: prices of 4000 articles, 200 changes a second, and a consumer that writes each
-- into a cache. One in fifty cannot be written at once; it goes into the retry lane (a backoff of five
-- seconds) so that it holds nobody up. If the price changes again meanwhile, the old one comes back
-- after the new one and overwrites it. That entry is now wrong until its article's next change, which
-- for many is never.
--
-- The remedy, --set remedy=true: each entry carries the version of what it shows, and what is older is
-- acknowledged without being written.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A retry lane that reorders",
  question = "Every change of a price has been written: does the cache show today's prices?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 200, min = 10, max = 400, unit = "changes/s" })

local here   = tb.datacenter "here"
local shop   = here:producer {
  name = "shop", message = { key = tb.uniform_int(1, 4000) },
  arrivals = tb.stages { { rate = rate, duration = "45s" }, { rate = 0 } }, -- then all is written
}
local prices = here:queue { name = "prices", prefetch = 16, backoff = "5s", backoff_max = "5s" }

local shown, newest = {}, {} -- by article: when the price that the cache shows was made; the latest one
local chance = tb.uniform_int(1, 50)
local writer = here:consumer {
  name = "writer", workers = 2, time = tb.exponential "2ms",
  on_message = function(price)
    newest[price.key] = math.max(newest[price.key] or 0, price.born)
    if price.attempt == 1 and chance:draw() == 1 then return tb.nack end
    if not remedy or price.born >= (shown[price.key] or 0) then
      shown[price.key] = price.born
    end
  end,
}
tb.connect(shop, prices, writer)

tb.expect("the cache shows the newest price of every article", function()
  local stale = 0
  for article, born in pairs(newest) do
    if shown[article] ~= born then stale = stale + 1 end
  end
  return stale == 0, ("%d articles show an old price"):format(stale)
end)
