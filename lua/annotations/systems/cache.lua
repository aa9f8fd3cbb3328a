---@meta systems.cache
-- What require "systems.cache" gives, for editors that know LuaCATS (lua-language-server).
-- tests/test_lua_annotations.c holds it to the library.
-- SPDX-License-Identifier: MIT

---@class cache
local cache = {}

---@class cache.fields cache.build
---@field datacenters string[] where the application servers and their caches are
---@field central string which of the datacenters holds the database
---@field strategy? "ttl"|"invalidate"|"update"|"write_through" how a write reaches the caches (default "update")
---@field prefix? string of the names of all nodes, so that several systems stand side by side
---@field like? cache.system whose load it repeats; it has built the links too
---@field requests tailback.arrivals|tailback.recording of one data centre
---@field keys? integer (default 20000)
---@field popularity? tailback.numbers which key is asked for; by Zipf's law with exponent 1 if left out
---@field drift_every? tailback.duration so often the popular keys are others (default "0s")
---@field drift_by? integer by so many keys further on (default 0)
---@field writes? number the share of requests that write the key that they ask for (default 0.02)
---@field writes_until? tailback.duration later requests are reads; 0: never (default "0s")
---@field address? tailback.numbers who asks (default tb.uniform_int(1, 1000))
---@field limit? integer requests a second of each address; 0: no limit (default 0)
---@field cache? table fields of dc:cache; a tenth of the keys has room, and entries live for 20 s, unless they say otherwise (default {})
---@field database? table fields of dc:database; it has 40 connections, and 500 us for a request and for a row, unless they say otherwise (default {})
---@field queue? table fields of dc:queue (default {})
---@field updater? table fields of dc:updater (default {})
---@field model? "point_to_point"|"producer_consumer"|"publish_subscribe"|"mvc" of the queue of the strategy update (default "publish_subscribe")
---@field updaters? integer that share a queue: of a data centre, or of a partition of a producer_consumer (default 1)
---@field partitions? integer by key: of the topic, or queues of a producer_consumer (default 1)
---@field bound? tailback.duration no read is older; ttl and timeout together if left out
---@field quiet? tailback.duration what was not written for so long is in the caches as it is; if left out as bound, and of update 2 intervals and 5 s, if that is less
---@field link? table fields of tb.link, between each two data centres; 15 ms and 1 Gbit/s, unless they say otherwise (default {})

---@class cache.checks
---@field bounded tailback.check no read is older than the bound
---@field equal tailback.check at the end every cache is as the database, where that has been quiet
---@field contained tailback.check|false of update: each change is read after it came; not that every cache has heard of it
---@field limited tailback.check the database is never asked for more than its limit

---@class cache.system
---@field datacenter table<string, tailback.datacenter>
---@field database tailback.database
---@field caches table<string, tailback.cache>
---@field clients table<string, tailback.client> the application servers
---@field front table<string, tailback.limiter|tailback.cache> what they ask
---@field producers tailback.producer[] of changes
---@field queues tailback.queue[]
---@field groups table<string, tailback.group> of a publish_subscribe
---@field takers tailback.consumer[] one before each updater
---@field updaters tailback.updater[]
---@field bound number seconds
---@field checks cache.checks

---Builds the system: clients, caches, database, links; and what brings writes to the caches.
---@param fields cache.fields
---@return cache.system
function cache.build(fields) end

---Prints at the end: hit ratio, load of the database, lag of updates and staleness of each cache, and which of the systems is best at what.
---@param systems cache.system[]
function cache.compare(systems) end

return cache
