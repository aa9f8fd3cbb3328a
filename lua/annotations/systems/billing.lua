---@meta systems.billing
-- What require "systems.billing" gives, for editors that know LuaCATS (lua-language-server).
-- tests/test_lua_annotations.c holds it to the library.
-- SPDX-License-Identifier: MIT

---@class billing
local billing = {}

---@class billing.fields billing.build
---@field datacenters string[] where events are collected, the central one, the standby's and the books' among them
---@field central string which of the datacenters holds the service, and, unless said otherwise, queue and books
---@field standby? string which holds the second instance, of form = "standby"; the central one if left out
---@field queue_at? string which holds the queue; the central one if left out
---@field books? string which holds the deduplicator, the detector and the ledger; the central one if left out
---@field clicks tailback.arrivals|tailback.recording of one data centre
---@field views? tailback.arrivals|tailback.recording of one data centre; none if left out
---@field price? tailback.numbers of a click, in micro-cents (default tb.lognormal(17.2, 0.5))
---@field view_price? tailback.numbers of a thousand views, in micro-cents (default tb.lognormal(14.9, 0.5))
---@field advertisers? integer (default 1000)
---@field budget? integer of each advertiser, in micro-cents (default 5000000000000)
---@field users? integer who click, each as likely as any other (default 1000000)
---@field addresses? integer that they click from (default 1000000)
---@field memory? integer messages that a collector holds in memory (default 100000)
---@field spool? table|false fields of dc:spool, the disk buffer of a data centre; false: there is none
---@field linger? tailback.duration how long an event may wait for others (default "20ms")
---@field queue? table fields of dc:queue; it is a journal, synced always, unless they say otherwise
---@field form? "single"|"partitioned"|"standby" of the service (default "single")
---@field instances? integer of form = "partitioned", one worker each (default 4)
---@field workers? integer events that an instance of the other forms works on at once (default 16)
---@field service? tailback.durations that one event takes (default tb.exponential("2ms"))
---@field lease? tailback.duration of form = "standby" (default "1s")
---@field fencing? boolean false: the fence only looks on (default true)
---@field dedup? table|false fields of dc:deduplicator; false: there is none
---@field rules? table|false of dc:detector; false: there is none
---@field remember? tailback.duration how long the ledger recognises what it has charged; 0: for ever (default "0s")
---@field ledger_sync? "none"|"interval"|"every_n"|"always" when the ledger's journal is synced (default "always")
---@field latency? tailback.durations between the data centres (default tb.normal("15ms", "2ms"))
---@field bandwidth? tailback.bandwidth of the same links (default "1Gbit/s")

---@class billing.checks
---@field exactly_once tailback.check every accepted event is charged, or is over budget or fraud, exactly once
---@field conservation tailback.check no event vanishes from the books
---@field budgets tailback.check no advertiser overspends
---@field money tailback.check accounts, journal and charges agree to the last unit
---@field single? tailback.check nobody charges after another has taken over (form = "standby")
---@field order? tailback.check an advertiser's events are charged in order (form = "partitioned")

---@class billing.system
---@field datacenter table<string, tailback.datacenter>
---@field collectors table<string, tailback.producer> of clicks
---@field views? table<string, tailback.producer>
---@field spools table<string, tailback.spool>
---@field queue tailback.queue
---@field service tailback.consumer the first instance
---@field services tailback.consumer[]
---@field group? tailback.group of the instances (form = "partitioned")
---@field masters? tailback.singleton[] the leases of the instances (form = "standby")
---@field coordinator? tailback.coordinator
---@field fence? tailback.fence
---@field dedup? tailback.deduplicator
---@field detector? tailback.detector
---@field ledger tailback.ledger
---@field latency tailback.measure from the click to the moment when it is charged
---@field checks billing.checks
---@field botnet fun(self: billing.system, fields: table): tailback.fault
---@field scale fun(self: billing.system, count: integer) so many instances of the partitioned service take part

---Builds the system: collectors, links, the queue, the billing service, the books.
---@param fields billing.fields
---@return billing.system
function billing.build(fields) end

return billing
