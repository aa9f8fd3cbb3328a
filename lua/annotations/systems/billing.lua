---@meta systems.billing
-- What require "systems.billing" gives, for editors that know LuaCATS (lua-language-server).
-- tests/test_lua_annotations.c holds it to the library.
-- SPDX-License-Identifier: MIT

---@class billing
local billing = {}

---@class billing.fields billing.build
---@field datacenters string[] where clicks are collected
---@field central string which of the datacenters holds the queue and the books
---@field clicks tailback.arrivals of one data centre
---@field queue? table fields of dc:queue; it is a journal, synced always, unless they say otherwise (default {})
---@field workers? integer clicks that the billing service works on at once (default 16)
---@field service? tailback.durations that one click takes (default tb.exponential("2ms"))
---@field advertisers? integer (default 1000)
---@field budget? integer of each advertiser, in micro-cents (default 5000000000000)
---@field price? tailback.numbers of a click, in micro-cents (default tb.lognormal(17.2, 0.5))
---@field latency? tailback.durations between the central data centre and the others (default tb.normal("15ms", "2ms"))
---@field bandwidth? tailback.bandwidth of the same links (default "1Gbit/s")

---@class billing.checks
---@field exactly_once tailback.check every accepted click is charged exactly once
---@field conservation tailback.check no click vanishes from the books
---@field budgets tailback.check no advertiser overspends

---@class billing.system
---@field datacenter table<string, tailback.datacenter>
---@field collectors table<string, tailback.producer>
---@field queue tailback.queue
---@field service tailback.consumer
---@field ledger tailback.ledger
---@field latency tailback.measure from the click to the moment when it is charged
---@field checks billing.checks

---Builds the system: collectors, links, the queue, the billing service, the books.
---@param fields billing.fields
---@return billing.system
function billing.build(fields) end

return billing
