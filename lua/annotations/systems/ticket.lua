---@meta systems.ticket
-- What require "systems.ticket" gives, for editors that know LuaCATS (lua-language-server).
-- tests/test_lua_annotations.c holds it to the library.
-- SPDX-License-Identifier: MIT

---@class ticket
local ticket = {}

---@class ticket.fields ticket.build
---@field design? "locking"|"queue"|"partitioned" who decides: workers with row locks, one generator, or one for each region (default "queue")
---@field datacenters string[] each is a region, with users of its own
---@field central string which of the datacenters holds the book
---@field rules tailback.arrivals of one data centre
---@field ask? table what a rule asks for: distributions of region, skill, floor, priority, action (default {})
---@field orders? table fields of dc:orders (default {})
---@field generator? table fields of dc:generator (default {})
---@field clerks? table fields of dc:clerks (default {})
---@field queue? table fields of dc:queue, of the rules' queues (default {})
---@field standby? string which of the datacenters has a second generator, with design = "queue"
---@field fencing? boolean the fence turns away who is late (default true)
---@field lease? tailback.duration of whose turn it is (default "1s")
---@field handover? tailback.duration between a look at the lease and the writing (default "1ms")
---@field limit? table fields of dc:limiter, which then stands before the queue
---@field detect? table fields of dc:detector, which then stands before the queue
---@field latency? tailback.durations between two data centres (default tb.normal("15ms", "2ms"))

---@class ticket.checks
---@field constraints tailback.check nobody twice, nobody over capacity, region and skill match, nobody closed
---@field conservation tailback.check each customer is free, in one order, done or closed
---@field once tailback.check no rule has two answers, no order ends twice
---@field answered tailback.check each rule that was promised has its answer, or is still there
---@field deadlocks? tailback.check no deadlock lasts, with design = "locking"
---@field single? tailback.check nobody writes whose turn is over, with a standby

---@class ticket.system
---@field central tailback.datacenter
---@field datacenter table<string, tailback.datacenter>
---@field users tailback.producer[] by data centre
---@field doors tailback.node[] where rules go to: by data centre, or one for all
---@field queues tailback.queue[] the same
---@field generators tailback.generator[]
---@field clerks? tailback.clerks with design = "locking"
---@field singletons? tailback.singleton[] with a standby, one for each generator
---@field fence? tailback.fence with a standby
---@field orders tailback.orders the book
---@field answers? tailback.producer what users are told; not with design = "locking"
---@field screens? tailback.queue the newest answer to each user, an mvc
---@field latency tailback.measure from the rule to the answer on the user's screen
---@field checks ticket.checks

---Builds the system, and expects the checks that always hold.
---@param fields ticket.fields
---@return ticket.system
function ticket.build(fields) end

return ticket
