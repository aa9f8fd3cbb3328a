-- The broker that leads dies: who goes on, and for how long does nobody?
--
-- Fails with --set timeout=8s.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A replicated queue", duration = "60s", seed = 1 }
local timeout = tb.param("timeout", { default = "1s", min = "100ms", max = "1min" })

local names = { "north", "south", "west" }
local dcs = {}
for i, name in ipairs(names) do dcs[i] = tb.datacenter(name) end
for i = 1, 3 do tb.link(names[i], names[i % 3 + 1], { latency = "10ms" }) end

local shop  = dcs[1]:producer { name = "shop", arrivals = tb.poisson(50) }
local queue = dcs[1]:queue { name = "orders", replicas = names, acks = "quorum", election_timeout = timeout }
local clerk = dcs[1]:consumer { name = "clerk", workers = 8, time = "5ms" }
local books = dcs[1]:ledger { name = "books" }
tb.connect(shop, queue, clerk, books)

tb.at("20s", "the leader dies", function() queue:leader():crash() end)
tb.expect("no order that was promised is lost", tb.checks.exactly_once)
tb.expect("somebody leads again 5 s later", tb.eventually(function()
  return queue:leader() ~= nil
end, { from = "20.5s", within = "5s" }))
