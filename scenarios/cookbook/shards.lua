-- Three queues share the keys: is the load the same?
--
-- Fails with --set by=range.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Shards by key", duration = "60s", seed = 1 }
local by = tb.param("by", { default = "hash", choices = { "hash", "range" } })

local here   = tb.datacenter "here"
local users  = here:producer {
  name = "users", arrivals = tb.poisson(240), message = { key = tb.uniform_int(1, 1000) },
}
local router = here:router { name = "router", by = by, below = by == "range" and { 800, 900 } or nil }
tb.connect(users, router)
for i = 1, 3 do
  local shard = here:queue { name = "shard" .. i }
  tb.connect(router, shard)
  tb.connect(shard, here:consumer { name = "work" .. i, time = tb.exponential("8ms") })
end
tb.expect("no shard has a backlog", tb.measures["here/shard1/depth"]:below(200))
