---@meta tailback
-- What require "tailback" gives, for editors that know LuaCATS (lua-language-server).
-- tests/test_lua_annotations.c holds it to the library: every function, every field, every default.
-- SPDX-License-Identifier: MIT

---@class tailback
local tb = {}

---A duration: "5s", "30ms", "2min", "1.5h", "100us", "7d"; or a number of seconds.
---@alias tailback.duration string|number

---A size: "64KiB", "10MB"; or a number of bytes.
---@alias tailback.size string|number

---A bandwidth: "100Mbit/s", "1Gbit/s", "10MB/s".
---@alias tailback.bandwidth string

---Numbers, drawn anew for each message; or always the same one.
---@alias tailback.numbers tailback.distribution|number

---Durations, drawn anew each time; or always the same one.
---@alias tailback.durations tailback.distribution|tailback.duration

---What a handler says of its message: tb.ack or tb.nack.
---@alias tailback.verdict "ack"|"nack"

-- ---- the scenario ----

---@class tailback.scenario_fields tb.scenario
---@field title string what the summary is headed
---@field question? string what to ask before it runs
---@field duration tailback.duration of virtual time
---@field seed? integer of all random streams (default 1)

---Says what this file is, and begins its world. Once, before anything else.
---@param fields tailback.scenario_fields
function tb.scenario(fields) end

---@class tailback.param_fields tb.param
---@field default number|boolean|string its value unless --set says otherwise
---@field min? number|string the least value of a number or a duration
---@field max? number|string the greatest value of a number or a duration
---@field choices? string[] the texts that it may be
---@field unit? string for the summary

---A knob, which --set name=value turns. A default "5s" makes it a duration, which comes as seconds.
---@param name string
---@param fields tailback.param_fields
---@return any value in this run
function tb.param(name, fields) end

---What must hold: a check; or a function that is asked at the end and returns true, or false and why.
---@param name string what a person reads
---@param check tailback.check|fun(): boolean?, string?
function tb.expect(name, check) end

---This tally is what the summary calls the latency.
---@param measure tailback.measure
function tb.latency(measure) end

-- ---- the world ----

---@class tailback.datacenter_fields tb.datacenter
---@field draws_as? string the name of a data centre: each node and link here draws what one of the same name draws there, so that two variants can be compared on the same random streams

---The data centre of this name, made at the first call.
---@param name string
---@param fields? tailback.datacenter_fields at the first call
---@return tailback.datacenter
function tb.datacenter(name, fields) end

---The node of this path, as in "beijing/queue", whoever made it: a system's, for instance.
---@param path string
---@return tailback.node
function tb.node(path) end

---@class tailback.link_fields tb.link
---@field latency tailback.durations one way
---@field bandwidth? tailback.bandwidth of each direction; without limit if left out
---@field mode? "stream"|"datagram" in order and sent again, as TCP does; or each packet on its own (default "stream")

---Joins two data centres, in both directions.
---@param a tailback.datacenter|string
---@param b tailback.datacenter|string
---@param fields tailback.link_fields
function tb.link(a, b, fields) end

---Connects each to the next: producer to queue, queue or group to consumer, consumer to ledger. A consumer of a publish_subscribe or an mvc that is not in one of its groups is a group of its own.
---@param ... tailback.producer|tailback.queue|tailback.group|tailback.consumer|tailback.ledger
function tb.connect(...) end

---@class tailback.datacenter
local datacenter = {}

---Every node in it crashes, and its disk loses what was not synced.
function datacenter:fail() end

---Every node restarts, and reads back what it had stored.
function datacenter:recover() end

---The fault that it fails and recovers.
---@return tailback.fault
function datacenter:outage() end

---@return boolean
function datacenter:has_failed() end

---@class tailback.producer_fields dc:producer
---@field name string unique in its data centre
---@field arrivals tailback.arrivals|tailback.recording|tailback.changes when messages are born; a recording and changes give key and value too
---@field message? table<string, tailback.numbers> key, value (of one message, or of `per` messages together), size, and up to five attributes of your own; of these, a producer_consumer goes by `priority` (0 to 7, the largest first), `delay` (until it can be received) and `time_to_live` (0: that of the queue), two times in whole milliseconds
---@field buffer? integer messages that it can hold until the queue has promised them (default 100000)
---@field window? integer of these, under way at once (default 1000)
---@field linger? tailback.duration how long a message may wait for others to go with it (default "0s")
---@field timeout? tailback.duration before a message without an answer is sent again (default "1s")
---@field backoff? tailback.duration before the first repetition (default "200ms")
---@field backoff_max? tailback.duration it doubles up to here (default "2s")

---@param fields tailback.producer_fields
---@return tailback.producer
function datacenter:producer(fields) end

---@class tailback.queue_fields dc:queue
---@field name string unique in its data centre
---@field model? "producer_consumer"|"point_to_point"|"publish_subscribe"|"mvc" (default "producer_consumer")
---@field store? "memory"|"journal" where its messages live (default "memory")
---@field capacity? integer messages inside, whatever their state; of publish_subscribe, in each partition; of mvc, keys, 10000 if left out (default 1000000)
---@field when_full? "block"|"reject"|"drop_oldest"|"drop_newest" what becomes of a message that finds it full; `tailback models` says which model can do what; "reject" if left out for mvc, whose keys never leave (default "block")
---@field payload_max? tailback.size of producer_consumer and publish_subscribe: a larger message is refused; 0: no limit (default 0)
---@field lease? tailback.duration how long a consumer may hold a message (default "5s")
---@field attempts_max? integer deliveries before a message is dead; 0: no limit (default 0)
---@field prefetch? integer messages that a consumer may hold at once; 0: no limit; 1 if left out for point_to_point and mvc (default 0)
---@field backoff? tailback.duration before the first redelivery after a nack (default "100ms")
---@field backoff_max? tailback.duration it doubles up to here (default "10s")
---@field time_to_live? tailback.duration a message that has waited so long leaves; 0: it waits for ever (default "0s")
---@field dedup_count? integer ids that are remembered, so that a message offered again is not taken twice; 0: none (default 0)
---@field dedup_window? tailback.duration for how long; 0: until newer ones take their place (default "0s")
---@field keeps_dead? boolean the dead stay, and take room (default false)
---@field single_active? boolean only the longest subscribed consumer receives (default false)
---@field partitions? integer of publish_subscribe: the key of a message chooses its partition, in which order holds (default 1)
---@field retain? tailback.size of publish_subscribe: bytes of each partition that stay, read or not; 0: no limit (default 0)
---@field retain_age? tailback.duration of publish_subscribe: how long a message stays, read or not; 0: no limit (default "0s")
---@field compact? boolean of publish_subscribe: only the newest message of each key stays (default false)
---@field operation? tailback.durations what each operation costs the broker (default "2us")
---@field replicas? (string|tailback.datacenter)[] data centres whose brokers keep the queue together, this one among them: 1 to 7; the store is a journal then
---@field acks? "leader"|"quorum"|"all" of a replicated queue: who must have stored what it promises (default "quorum")
---@field unclean_election? boolean of a replicated queue: after three election timeouts without a leader a broker leads without a quorum, and what it lacks is lost (default false)
---@field election_timeout? tailback.duration of a replicated queue: how long its brokers do without a word of their leader; longer than a round trip between them (default "1s")
---@field sync? "none"|"interval"|"every_n"|"always" when the journal is synced (default "always")
---@field interval? tailback.duration of sync = "interval" (default "100ms")
---@field every_n? integer records, of sync = "every_n" (default 100)
---@field segment_size? tailback.size of the journal's files (default "16MiB")

---@param fields tailback.queue_fields
---@return tailback.queue
function datacenter:queue(fields) end

---@class tailback.consumer_fields dc:consumer
---@field name string unique in its data centre
---@field time tailback.durations that a worker needs for a message
---@field workers? integer messages that it works on at once (default 1)
---@field charge_timeout? tailback.duration a charge unanswered for so long is asked for again, as a member of a topic's group must; 0: never (default "0s")
---@field batch? tailback.duration a worker begins when the next multiple of this is reached, so that what came since the last one is worked on together; 0: at once (default "0s")
---@field subscribe_every? tailback.duration how often it makes sure that the queue knows it (default "1s")
---@field on_message? fun(message: tailback.message): tailback.verdict?

---@param fields tailback.consumer_fields
---@return tailback.consumer
function datacenter:consumer(fields) end

---@class tailback.ledger_fields dc:ledger
---@field name string unique in its data centre
---@field budget? integer of each account, in the unit of the messages' values (default math.maxinteger)
---@field remember? tailback.duration how long it recognises a message that it has settled; 0: for ever (default "0s")
---@field sync? "none"|"interval"|"every_n"|"always" when its journal is synced (default "always")
---@field interval? tailback.duration of sync = "interval" (default "100ms")
---@field every_n? integer records, of sync = "every_n" (default 100)
---@field segment_size? tailback.size of the journal's files (default "16MiB")

---@param fields tailback.ledger_fields
---@return tailback.ledger
function datacenter:ledger(fields) end

---@class tailback.router_fields dc:router
---@field name string unique in its data centre
---@field by? "hash"|"range"|"table" how a key chooses its target; targets count in the order of their connection (default "hash")
---@field field? string "key", or the attribute that counts as the key (default "key")
---@field below? integer[] of by = "range": the first target has the keys below the first of these, and so on; the last target the rest
---@field keys? integer[][] of by = "table": the keys of the first target, of the second, ...; the last target has the rest
---@field window? integer requests under way unanswered that it remembers (default 1000)

---@param fields tailback.router_fields
---@return tailback.router
function datacenter:router(fields) end

---@class tailback.limiter_fields dc:limiter
---@field name string unique in its data centre
---@field limit integer so many pass in each period, evenly
---@field period? tailback.duration (default "1s")
---@field burst? integer so many at once, after a rest (default 1)
---@field over? "delay"|"refuse"|"drop" what becomes of the others (default "delay")
---@field per? string "key" or an attribute: each of its values has a limit of its own; all have one if left out
---@field keys? integer values that have a limit at once; beyond, the one not seen for longest is forgotten (default 100000)
---@field delay_max? tailback.duration what would wait for longer is refused (default "10s")
---@field window? integer requests under way unanswered that it remembers (default 1000)

---@param fields tailback.limiter_fields
---@return tailback.limiter
function datacenter:limiter(fields) end

---@class tailback.deduplicator_fields dc:deduplicator
---@field name string unique in its data centre
---@field span? tailback.duration how long a message that is done is remembered (default "10min")
---@field count? integer messages remembered, in all states (default 100000)
---@field at_once? integer messages under way at once; the others wait for their turn (default 1000)
---@field lease? tailback.duration how long one may be under way before another takes over (default "5s")

---@param fields tailback.deduplicator_fields
---@return tailback.deduplicator
function datacenter:deduplicator(fields) end

---@class tailback.detector_rule_fields dc:detector rules
---@field by string|string[] a field, or a list of two: messages that have the same are counted together
---@field within tailback.duration
---@field more_than integer so many are not flagged

---@class tailback.detector_fields dc:detector
---@field name string unique in its data centre
---@field rules tailback.detector_rule_fields[] 1 to 4
---@field remember? integer messages within the longest span (default 100000)
---@field retractions? integer unanswered at once: beyond, they are given up (default 10000)
---@field retract_every? tailback.duration an unanswered retraction is sent again after this (default "1s")
---@field window? integer requests under way unanswered that it remembers (default 1000)

---@param fields tailback.detector_fields
---@return tailback.detector
function datacenter:detector(fields) end

---@class tailback.spool_fields dc:spool
---@field name string unique in its data centre
---@field age? tailback.duration a message that is older when it comes is stored; 0: of any age they pass (default "1s")
---@field size? integer from a producer that holds so many or more a message is stored; 0: never (default 0)
---@field capacity? integer messages stored: beyond, it says "full" (default 1000000)
---@field accepts? boolean what is stored and synced as `sync` says is accepted: a promise (default true)
---@field window? integer of those stored, under way unconfirmed (default 1000)
---@field timeout? tailback.duration until a message is sent again; twice as long each time (default "1s")
---@field timeout_max? tailback.duration and at most this (default "4s")
---@field sync? "none"|"interval"|"every_n"|"always" when its journal is synced (default "always")
---@field interval? tailback.duration of sync = "interval" (default "100ms")
---@field every_n? integer records, of sync = "every_n" (default 100)
---@field segment_size? tailback.size of the journal's files: a restart reads whole ones back (default "1MiB")

---The disk buffer of a collector: stands between producers of its data centre and a queue.
---@param fields tailback.spool_fields
---@return tailback.spool
function datacenter:spool(fields) end

---@class tailback.coordinator_fields dc:coordinator
---@field name string unique in its data centre
---@field lease? tailback.duration (default "1s")

---@param fields tailback.coordinator_fields
---@return tailback.coordinator
function datacenter:coordinator(fields) end

---@class tailback.singleton_fields dc:singleton
---@field name string unique in its data centre
---@field asks_after? tailback.duration it asks for the lease so long after the start first (default "0s")
---@field renew_every? tailback.duration well below the lease (default "250ms")
---@field margin? tailback.duration it stops believing so much before the lease ends (default "50ms")
---@field time? tailback.durations from taking a request to passing it on (default "0s")
---@field recheck? boolean it looks at its lease again when that time is over (default false)
---@field window? integer requests under way unanswered that it remembers (default 1000)

---@param fields tailback.singleton_fields
---@return tailback.singleton
function datacenter:singleton(fields) end

---@class tailback.fence_fields dc:fence
---@field name string unique in its data centre
---@field fencing? boolean false: it lets everybody in, and only looks on (default true)
---@field window? integer requests under way unanswered that it remembers (default 1000)

---@param fields tailback.fence_fields
---@return tailback.fence
function datacenter:fence(fields) end

---@class tailback.orders_fields dc:orders
---@field name string unique in its data centre
---@field customers? integer (default 2000)
---@field persons? integer sales people, in the order of their regions (default 200)
---@field regions? integer where customers live and people work: 1 to this (default 4)
---@field skills? integer that customers need and people have: 1 to this (default 5)
---@field bound? number share of the customers who may go to people of their region only (default 0.5)
---@field closed? number share of the customers who are closed from the beginning (default 0.02)
---@field mastery? number share of the skills that a person has, one at least (default 0.5)
---@field spread? number how much better or worse than others a person may fit a customer, 0 to 1 (default 0)
---@field capacity? integer orders a person and day (default 20)
---@field worth? tailback.numbers of a customer (default 1000)
---@field day? tailback.duration (default "24h")
---@field accept? tailback.durations until a person accepts an order (default "30s")
---@field accept_within? tailback.duration it expires after that; 0: never (default "1min")
---@field work? tailback.durations until an accepted order is done (default "30min")
---@field idle? integer so many people, the last ones, accept nothing (default 0)
---@field remember? integer rules, for the measure optimum_share: what was reached of what could have been; 0: it is not asked (default 0)

---The book of work orders: what is written in it has happened. A rule is a message whose key is the person who asks; its attributes region, skill and floor (the least worth) say what for, 0 being any; priority is 0 to 3, the highest first; action 1 withdraws what the person has waiting, 2 cannot be understood. Its value is 0.
---@param fields tailback.orders_fields
---@return tailback.orders
function datacenter:orders(fields) end

---@class tailback.generator_fields dc:generator
---@field name string unique in its data centre
---@field orders tailback.orders the book
---@field answers? tailback.producer that users are told through, from dc:answers
---@field time? tailback.durations of a rule (default "1ms")
---@field examine? tailback.duration of each free customer that a rule's search looks at (default "1us")
---@field window? integer rules that it has under way (default 1000)
---@field gather? tailback.duration how long a batch waits for more rules; 0: no batches (default "0s")
---@field batch? integer rules in one, at most (default 500)
---@field optimal? boolean a batch is assigned to the greatest total value; else as the rules came (default true)
---@field solve? tailback.duration of each pair that the assignment looks at (default "1ns")
---@field region? integer the customers of this region only; 0: all (default 0)
---@field look_every? tailback.duration at whether it is its turn (default "50ms")

---Turns rules into work orders, one after the other. Takes them from a consumer; writes to the book, or to a singleton before it; asks other generators for customers of their regions.
---@param fields tailback.generator_fields
---@return tailback.generator
function datacenter:generator(fields) end

---@class tailback.clerks_fields dc:clerks
---@field name string unique in its data centre
---@field orders tailback.orders the book
---@field answers? tailback.producer that users are told through, from dc:answers
---@field time? tailback.durations of one core for a search (default "1ms")
---@field examine? tailback.duration of each free customer that a search looks at (default "1us")
---@field window? integer rules that wait for a worker; beyond, they get no answer (default 1000)
---@field workers? integer rules at once (default 16)
---@field cores? integer that all workers share evenly (default 4)
---@field write? tailback.durations of one core for each row that is locked (default "200us")
---@field hold? tailback.durations that both locks are kept besides (default "0s")
---@field lock_order? "as_found"|"sorted" a search in one region locks the person first, others the customer; or always the customer (default "as_found")

---Many workers who assign at once, each in a transaction with row locks.
---@param fields tailback.clerks_fields
---@return tailback.clerks
function datacenter:clerks(fields) end

---@class tailback.answers_fields dc:answers
---@field name string unique in its data centre
---@field buffer? integer answers that it can hold (default 100000)
---@field timeout? tailback.duration of a sending (default "1s")
---@field backoff? tailback.duration before another (default "100ms")

---A producer of what users are told: a message for each answer, whose key is the person, and whose value 1 for an order, 0 for none. Connect it to a queue.
---@param fields tailback.answers_fields
---@return tailback.producer
function datacenter:answers(fields) end

---@class tailback.database_fields dc:database
---@field name string unique in its data centre
---@field rows integer keys from 0 to one below
---@field connections? integer requests that run at once (default 100)
---@field waiting? integer requests that wait for a connection; beyond, refused (default 1000)
---@field cores? integer that all requests share evenly (default 4)
---@field request? tailback.durations of one core for each request, besides its rows (default "0s")
---@field time? tailback.durations of one core for each row (default "1ms")
---@field hold? tailback.durations that a write keeps its locks besides (default "0s")
---@field serve? "oldest"|"newest" who gets the next connection; with "newest", one too many has the oldest refused (default "oldest")
---@field patience? tailback.duration who has waited longer when its turn comes is refused, and costs nothing more; 0: nobody (default "0s")

---@param fields tailback.database_fields
---@return tailback.database
function datacenter:database(fields) end

---@class tailback.cache_fields dc:cache
---@field name string unique in its data centre
---@field capacity? integer keys (default 100000)
---@field policy? "lru"|"s3_fifo" which key goes for a new one (default "lru")
---@field ttl? tailback.duration an entry expires then; 0: never (default "1min")
---@field jitter? number or earlier, by up to this share of it (default 0)
---@field when_written? "update"|"invalidate"|"keep" what a write that passes through does to the entry (default "update")
---@field coalesce? boolean one fetch for all that ask for a key at the same time (default true)
---@field guard? boolean what was being fetched when its key was invalidated is not kept (default true)
---@field fetches? integer under way at a time: beyond, they wait their turn; 0: no limit (default 0)
---@field waiting? integer requests that wait for fetches; beyond, refused (default 10000)
---@field timeout? tailback.duration of a fetch (default "1s")

---@param fields tailback.cache_fields
---@return tailback.cache
function datacenter:cache(fields) end

---@class tailback.updater_fields dc:updater
---@field name string unique in its data centre
---@field interval? tailback.duration between two readings of a key, in which its changes wait for the next; 0: each change is read by itself (default "1s")
---@field batch? integer keys in a reading (default 16)
---@field readings? integer under way at a time (default 4)
---@field linger? tailback.duration how long a key may wait for others to be read with (default "5ms")
---@field timeout? tailback.duration of a reading, and of a cache's answer (default "1s")
---@field tries? integer of reaching a cache, which is then passed over (default 10)
---@field waiting? integer changes; beyond, they are left to their leases (default 10000)
---@field push? boolean it does not read: messages carry the version as their value (default false)

---Stands behind a consumer, before a database and any number of caches.
---@param fields tailback.updater_fields
---@return tailback.updater
function datacenter:updater(fields) end

---@class tailback.client_fields dc:client
---@field name string unique in its data centre
---@field arrivals tailback.arrivals|tailback.recording when requests are born; a recording gives the key too
---@field key tailback.numbers the row
---@field keys? integer rows are taken by remainder, to be below this number; 0: as drawn (default 0)
---@field drift_every? tailback.duration so often the popular rows are others (default "0s")
---@field drift_by? integer by so many rows further on (default 0)
---@field writes? number the share of requests that write (default 0)
---@field writes_until? tailback.duration later requests are reads; 0: never (default "0s")
---@field address? tailback.numbers who asks: an attribute for a limiter to go by
---@field like? tailback.client whose draws it repeats, so that two systems have one load; of a process, its arrivals too
---@field write_rows? integer rows of a write, all drawn as `key` is (default 1)
---@field waiting? integer requests at once; beyond, they fail (default 10000)
---@field tries? integer of a request, the first one included (default 3)
---@field timeout? tailback.duration of a try (default "1s")
---@field backoff? tailback.duration before another: half of that to all of it (default "100ms")
---@field retry_budget? number tries again for each new request, in the long run, of all requests together; in thousandths; 0: no limit (default 0)

---@param fields tailback.client_fields
---@return tailback.client
function datacenter:client(fields) end

---@class tailback.node
local node = {}

---Takes its volatile state.
function node:crash() end

function node:restart() end

---The fault that it crashes and restarts.
---@return tailback.fault
function node:outage() end

---@return boolean
function node:is_up() end

---@class tailback.router: tailback.node
---@class tailback.limiter: tailback.node
---@class tailback.deduplicator: tailback.node
---@class tailback.spool: tailback.node

---@class tailback.detector: tailback.node
local detector = {}

---Late verdicts are told to this ledger, which gives back what was charged.
---@param ledger tailback.ledger
function detector:retract_at(ledger) end
---@class tailback.coordinator: tailback.node
---@class tailback.client: tailback.node

---@class tailback.database: tailback.node
local database = {}

---Arrivals for a producer: a message for each row that changes, with its key, and the new version as its value.
---@return tailback.changes
function database:changes() end

---The check that nobody asks it while all connections are busy and as many requests wait as may.
---@return tailback.check
function database:limited() end

---@class tailback.cache: tailback.node
local cache = {}

---Other caches are told of each write that passes through this one, once it is stored: to enter or to forget what it did.
---@param ... tailback.cache
function cache:tells(...) end

---The check that no read is staler than this.
---@param bound tailback.duration
---@param with? tailback.check that of another cache, which is then about both
---@return tailback.check
function cache:bounded(bound, with) end

---The check that at the end what is held is as in the database, where that was not written for this long.
---@param quiet tailback.duration
---@param with? tailback.check that of another cache, which is then about both
---@return tailback.check
function cache:equal(quiet, with) end

---@class tailback.updater: tailback.node
local updater = {}

---The check that each change is in a refresh that follows it, and at the end none has waited longer than this.
---@param within tailback.duration
---@param with? tailback.check that of another updater, which is then about both
---@return tailback.check
function updater:contained(within, with) end

---@class tailback.singleton: tailback.node
local singleton = {}

---The consumer takes messages while the singleton believes that it holds the lease.
---@param consumer tailback.consumer
function singleton:lead(consumer) end

---Does it believe that it holds the lease?
---@return boolean
function singleton:is_active() end

---@class tailback.fence: tailback.node
local fence = {}

---The check that nobody acts after another has taken over.
---@return tailback.check
function fence:single() end

---@class tailback.orders: tailback.node
local orders = {}

---The check that after every order nobody has two, nobody is over capacity, region and skill match, and nobody closed has one.
---@return tailback.check
function orders:constraints() end

---The check that each customer is free, in one order, done or closed, in every second.
---@return tailback.check
function orders:conservation() end

---The check that no rule has two answers, and no order ends twice.
---@return tailback.check
function orders:once() end

---These people leave: they get no more orders, and what they have is recalled.
---@param first integer from 0
---@param count integer
function orders:leave(first, count) end

---These people are back.
---@param first integer from 0
---@param count integer
function orders:come_back(first, count) end

---These customers are closed; an order that one is in is recalled.
---@param first integer from 0
---@param count integer
function orders:close(first, count) end

---@class tailback.generator: tailback.node
local generator = {}

---Is it its turn to decide?
---@return boolean
function generator:is_active() end

---@class tailback.clerks: tailback.node
local clerks = {}

---The check that nobody waits in a circle, in every second.
---@return tailback.check
function clerks:deadlocks() end

---@class tailback.producer: tailback.node
local producer = {}

---Messages in its buffer.
---@return integer
function producer:held() end

---@class tailback.send_fields producer:send
---@field key? integer at least 0 (default 0)
---@field value? integer (default 0)

---Makes one more message, now: from a handler or an action. It waits in the buffer, is sent again, and
---is counted like those that arrive.
---@param fields? tailback.send_fields all is drawn as for the others if left out
function producer:send(fields) end

---@class tailback.queue: tailback.node
local queue = {}

---Messages inside; of publish_subscribe and mvc, those that the group which is furthest behind has not had; of a replicated queue, at its leader; 0 while it is down.
---@return integer
function queue:depth() end

---The broker of a replicated queue that leads; nil: none does. It is a queue that can be crashed, paused, and so on, alone.
---@return tailback.queue?
function queue:leader() end

---The broker of a replicated queue in this data centre.
---@param datacenter string|tailback.datacenter
---@return tailback.queue
function queue:replica(datacenter) end

---@class tailback.group_fields queue:group
---@field name string
---@field assign? "range"|"round_robin"|"sticky" how its members share the partitions (default "sticky")
---@field start? "earliest"|"latest" where it begins to read (default "earliest")
---@field session? tailback.duration a member that is not heard from for so long is gone; 0: never (default "3s")

---A group of a publish_subscribe, which gets every message; or a view of an mvc.
---@param fields tailback.group_fields
---@return tailback.group
function queue:group(fields) end

---@class tailback.group
local group = {}

---While the scenario loads, the consumer belongs to the group from the start; later, it comes back.
---@param consumer tailback.consumer
function group:join(consumer) end

---The consumer gives its partitions back to the others.
---@param consumer tailback.consumer
function group:leave(consumer) end

---Messages that the group has not committed: in this partition, which count from 0, or in all.
---@param partition? integer
---@return integer
function group:lag(partition) end

---Replay: the group goes on with what was published at this moment of the run or later, which it gets
---again if it had it. False while its queue is down.
---@param since tailback.duration
---@return boolean
function group:replay(since) end

---@class tailback.consumer: tailback.node
local consumer = {}

---@class tailback.ledger: tailback.node
local ledger = {}

---A message in its handler; good during the call only.
---@class tailback.message
---@field id integer
---@field key integer
---@field value integer
---@field born number seconds
---@field size integer bytes
---@field attempt integer deliveries so far, this one included
---@field kind integer
---@field priority? integer if its producer gives it one
---@field delay? integer milliseconds, if its producer gives it one
---@field time_to_live? integer milliseconds, if its producer gives it one
---@field [string] integer attributes that its producer gives it

---@type tailback.verdict
tb.ack = nil

---Gives the message back: it comes again after a backoff.
---@type tailback.verdict
tb.nack = nil

-- ---- time ----

---Seconds of virtual time.
---@return number
function tb.now() end

---Has `action` called at this time. The label, which may be left out, is what the summary calls it.
---@param time tailback.duration
---@param label string
---@param action fun()
---@overload fun(time: tailback.duration, action: fun())
function tb.at(time, label, action) end

---Has `action` called again and again, first one interval from now.
---@param interval tailback.duration
---@param action fun()
function tb.every(interval, action) end

---Runs `body` from now on beside everything else; it pauses with tb.sleep.
---@param body fun()
function tb.process(body) end

---Pauses the process that calls it.
---@param duration tailback.duration
function tb.sleep(duration) end

---Pauses the process that calls it until the condition is true, which is looked at after every event:
---while somebody waits, every event costs a call.
---@param condition fun(): boolean?
function tb.wait_until(condition) end

---@class tailback.fault_fields a fault
---@field start fun()
---@field stop fun()

---A fault that knows how to end itself: dc:outage(), node:outage().
---@class tailback.fault
local fault = {}

---It begins now, for who cannot say beforehand when, or what it is to strike.
function fault:start() end

---It is over, when it has been stopped as often as it was started.
function fault:stop() end

---The fault starts at one time and stops at the other. The summary calls it by its label, which may be left out.
---@param from tailback.duration
---@param to tailback.duration
---@param label string
---@param fault tailback.fault|tailback.fault_fields
---@overload fun(from: tailback.duration, to: tailback.duration, fault: tailback.fault|tailback.fault_fields)
function tb.during(from, to, label, fault) end

---A duration as a number of seconds.
---@param duration tailback.duration
---@return number
function tb.seconds(duration) end

---Prints what string.format makes of it, with the virtual time in front, as print does.
---@param format string
---@param ... any
function tb.log(format, ...) end

-- ---- distributions ----

---@class tailback.distribution
local distribution = {}

---One draw: make a distribution once, and draw from it often. Each use has a random stream of its own, so that adding
---one never changes what another draws: the handler of a node, an action by its label; or what you call it.
---@param use? string names the stream, such as "beijing/gap"; for what two processes without a label draw
---@return number seconds where it is a distribution of durations, then never below 0
function distribution:draw(use) end

---In seconds where it is a distribution of durations.
---@return number
function distribution:mean() end

---In seconds squared where it is a distribution of durations.
---@return number
function distribution:variance() end

---@param value tailback.duration
---@return tailback.distribution
function tb.constant(value) end

---@param low tailback.duration
---@param high tailback.duration
---@return tailback.distribution
function tb.uniform(low, high) end

---Whole numbers, both ends included.
---@param low integer
---@param high integer
---@return tailback.distribution
function tb.uniform_int(low, high) end

---@param mean tailback.duration
---@return tailback.distribution
function tb.exponential(mean) end

---Of durations, the mean is at least 4.75 deviations; else use tb.normal_positive.
---@param mean tailback.duration
---@param deviation tailback.duration
---@return tailback.distribution
function tb.normal(mean, deviation) end

---A normal distribution drawn again until the draw is at least 0. Its mean is above the normal's.
---@param mean tailback.duration of the normal
---@param deviation tailback.duration of the normal
---@return tailback.distribution
function tb.normal_positive(mean, deviation) end

---@param mu number mean of the logarithm
---@param sigma number deviation of the logarithm
---@return tailback.distribution
function tb.lognormal(mu, sigma) end

---Mean shape * scale.
---@param shape number
---@param scale tailback.duration
---@return tailback.distribution
function tb.gamma(shape, scale) end

---A sum of so many exponentials.
---@param stages integer
---@param mean tailback.duration of the sum
---@return tailback.distribution
function tb.erlang(stages, mean) end

---One of two exponentials.
---@param probability number of the first
---@param first_mean tailback.duration
---@param second_mean tailback.duration
---@return tailback.distribution
function tb.hyperexponential(probability, first_mean, second_mean) end

---A heavy tail: P(X > x) = (minimum / x) ^ shape.
---@param shape number a mean exists above 1, a variance above 2
---@param minimum tailback.duration
---@return tailback.distribution
function tb.pareto(shape, minimum) end

---P(X > x) = exp(-(x / scale) ^ shape).
---@param shape number
---@param scale tailback.duration
---@return tailback.distribution
function tb.weibull(shape, scale) end

---Ranks 1 to count, rank k in proportion to 1 / k ^ exponent.
---@param count integer
---@param exponent number
---@return tailback.distribution
function tb.zipf(count, exponent) end

---@class tailback.discrete_fields tb.discrete
---@field values tailback.duration[] a million at most
---@field weights? number[] as many; all are as likely if left out

---One of these values, in proportion to its weight.
---@param fields tailback.discrete_fields
---@return tailback.distribution
function tb.discrete(fields) end

---What was observed, smoothed: any value between two neighbouring samples is as likely as these.
---@param samples tailback.duration[] two to a million
---@return tailback.distribution
function tb.empirical(samples) end

-- ---- arrivals ----

---A rate: a number per second, or "800/s", "60/min", "5/h".
---@alias tailback.rate number|string

---@class tailback.arrivals
local arrivals = {}

---Arrivals per second in the long run.
---@return number
function arrivals:rate() end

---Arrivals at random, independent of each other.
---@param rate tailback.rate
---@return tailback.arrivals
function tb.poisson(rate) end

---Arrivals at equal distances.
---@param interval tailback.duration
---@return tailback.arrivals
function tb.periodic(interval) end

---Independent distances from this distribution.
---@param distances tailback.durations
---@return tailback.arrivals
function tb.renewal(distances) end

---@class tailback.stage_fields a stage
---@field rate tailback.rate 0: nothing arrives
---@field duration? tailback.duration on average, of tb.bursty; of tb.stages only the last one may have none

---Random arrivals at the rate of a stage, which lasts for a random time, exponential with this mean; then any other
---stage, with equal chances (a Markov-modulated Poisson process).
---@param stages tailback.stage_fields[] up to 32
---@return tailback.arrivals
function tb.bursty(stages) end

---Random arrivals at the rate of a stage, one stage after the other. The last one lasts for ever, unless the list has
---repeats = true.
---@param stages tailback.stage_fields[] up to 32
---@return tailback.arrivals
function tb.stages(stages) end

---@class tailback.diurnal_fields tb.diurnal
---@field rate tailback.rate the mean
---@field amplitude? number 0 to 1 (default 0.5)
---@field period? tailback.duration (default "24h")
---@field peak? tailback.duration when the rate is highest (default "12h")

---Random arrivals whose rate follows the day: rate * (1 + amplitude * cos(2 pi (t - peak) / period)).
---@param fields tailback.diurnal_fields
---@return tailback.arrivals
function tb.diurnal(fields) end

---The changes of a database.
---@class tailback.changes

---Arrivals as they were recorded.
---@class tailback.recording
local recording = {}

---@class tailback.recording_fields tb.recording
---@field faster? integer times are divided by it; of files without `format` and `columns` (default 1)
---@field format? "csv"|"log" comma-separated, or a web server's log in Common Log Format (default "csv")
---@field columns? table<string, string> of format = "csv": which column is time (seconds), key, value, or an attribute
---@field tolerance? tailback.duration lines may be older than one above by so much (default "0s")

---The arrivals in a file in the scenario's folder or below, which is read as the run goes on; a malformed line ends it.
---
---Without `format` and `columns` it has comma-separated values. Each line has a time in seconds, and may have a key and a
---value, whole numbers: "0.125,17,2500". A first line that begins with a letter names the columns, which may then stand
---in any order, among others: "time", "key", "value". Or it is a web server's log, in the Common Log Format: times count
---from its first line, the key is a hash of what was asked for, the value the size of the answer.
---
---With `columns` it is any CSV file whose first line names them, `{ columns = { time = "ts", key = "url", user =
---"uid" } }`; with `{ format = "log" }` a web server's log of which the first segment of the path is the key, the client's
---address and the remote user ("-": the address again) are the attributes `address` and `user`. Times count from the
---first line. What is no number counts by a hash of its text, an IPv4 address by its 32 bits. What is not recorded is drawn.
---@param file string "clicks.csv" or "data/clicks.csv"
---@param fields? tailback.recording_fields
---@return tailback.recording
function tb.recording(file, fields) end

-- ---- numbers ----

---x ^ y, the same bits on every machine.
---@param x number
---@param y number
---@return number
function tb.pow(x, y) end

-- ---- measures and checks ----

---Every measure by its name, "datacenter/node/what".
---@type table<string, tailback.measure>
tb.measures = {}

---@class tailback.measure
local measure = {}

---A counter's count, a gauge's level, the number of a tally's values.
---@return number
function measure:value() end

---A gauge's mean over time, the mean of a tally's values; in seconds where it measures times.
---@return number
function measure:mean() end

---@return number
function measure:max() end

---@param percent number
---@return tailback.percentile
function measure:p(percent) end

---@class tailback.window the window
---@field from? tailback.duration (default 0)
---@field to? tailback.duration the end of the run if left out

---The check that a gauge, or a counter's increase per second, stays below the limit.
---@param limit number|tailback.duration
---@param window? tailback.window
---@return tailback.check
function measure:below(limit, window) end

---@param limit number|tailback.duration
---@param window? tailback.window
---@return tailback.check
function measure:above(limit, window) end

---Of a counter that tb.measure made: counts so many more, 1 if left out.
---@param count? integer
function measure:add(count) end

---Of a gauge that tb.measure made: its level from now on.
---@param value number whole, or seconds with unit = "s"
function measure:set(value) end

---Of a tally that tb.measure made: one more value.
---@param value number whole, or seconds with unit = "s"; at least 0
function measure:record(value) end

---@class tailback.measure_fields tb.measure
---@field kind? "counter"|"gauge"|"tally" a tally keeps the distribution of its values (default "tally")
---@field unit? string "s" for times, which are then given in seconds (default "values")

---A measure of the scenario's own, for handlers and processes to record in.
---@param name string which tb.measures finds it by
---@param fields? tailback.measure_fields
---@return tailback.measure
function tb.measure(name, fields) end

---@class tailback.percentile
local percentile = {}

---Over the whole run so far.
---@return number
function percentile:value() end

---The check that it stays below the limit in every second of the window.
---@param limit number|tailback.duration
---@param window? tailback.window
---@return tailback.check
function percentile:below(limit, window) end

---@param limit number|tailback.duration
---@param window? tailback.window
---@return tailback.check
function percentile:above(limit, window) end

---@class tailback.check
local check = {}

---@class tailback.checks
---@field exactly_once tailback.check every accepted message has its effect exactly once
---@field conservation tailback.check every message is in exactly one state
---@field order tailback.check the messages of a key have their effects in the order of acceptance
---@field budgets fun(ledger: tailback.ledger): tailback.check no account is charged beyond its budget
---@field money fun(ledger: tailback.ledger): tailback.check accounts, journal and charges agree to the last unit

---@type tailback.checks
tb.checks = {}

---@class tailback.always_fields tb.always
---@field from? tailback.duration (default 0)
---@field to? tailback.duration the end of the run if left out

---The check that the condition is true after every event; a second result says why it is not.
---@param condition fun(): boolean?, string?
---@param window? tailback.always_fields
---@return tailback.check
function tb.always(condition, window) end

---@class tailback.eventually_fields tb.eventually
---@field from? tailback.duration (default 0)
---@field within? tailback.duration so long after `from`; the end of the run if left out

---The check that the condition is true after some event, at the latest so long after `from`.
---@param condition fun(): boolean?
---@param window? tailback.eventually_fields|tailback.duration
---@return tailback.check
function tb.eventually(condition, window) end

---The check that asks once, when the run has ended; a second result says why not.
---@param question fun(): boolean?, string?
---@return tailback.check
function tb.at_end(question) end

-- ---- for those who watch ----

---@class tailback.question_fields tb.question
---@field text string what to ask
---@field choices string[] two at least
---@field answer integer the number of the right choice
---@field because? string why
---@field at? tailback.duration when to ask (default 0)

---A question to ask before the answer is seen.
---@param fields tailback.question_fields
function tb.question(fields) end

---What to show below the picture, until the next caption or `to`.
---@param from tailback.duration
---@param text string
---@param to? tailback.duration
function tb.caption(from, text, to) end

---A place on the timeline to jump to.
---@param time tailback.duration
---@param label string
function tb.bookmark(time, label) end

---A viewer pauses when the condition becomes true; a run without a viewer ignores it.
---@param label string
---@param condition fun(): boolean?
function tb.pause_when(label, condition) end

---Measures to draw in one picture.
---@param title string
---@param ... tailback.measure|tailback.percentile|string
function tb.chart(title, ...) end

-- ---- faults ----

---What can go wrong for a time, for tb.during: each of these makes one.
tb.fault = {}

---Nothing comes through: packets are lost on a datagram link, and sent again afterwards on a stream.
---@param a tailback.datacenter|string
---@param b tailback.datacenter|string
---@param from? tailback.datacenter|string only what comes from there
---@return tailback.fault
function tb.fault.cut(a, b, from) end

---The latency is multiplied by the factor, the bandwidth divided.
---@param a tailback.datacenter|string
---@param b tailback.datacenter|string
---@param factor number
---@param from? tailback.datacenter|string
---@return tailback.fault
function tb.fault.slow_link(a, b, factor, from) end

---Packets are lost with this probability; a stream sends them again, and shows it as delay.
---@param a tailback.datacenter|string
---@param b tailback.datacenter|string
---@param probability number
---@param from? tailback.datacenter|string
---@return tailback.fault
function tb.fault.loss(a, b, probability, from) end

---Packets arrive twice with this probability; on a stream the second one is recognised.
---@param a tailback.datacenter|string
---@param b tailback.datacenter|string
---@param probability number
---@param from? tailback.datacenter|string
---@return tailback.fault
function tb.fault.duplication(a, b, probability, from) end

---Packets are late by up to the delay with this probability; on a stream those behind them wait.
---@param a tailback.datacenter|string
---@param b tailback.datacenter|string
---@param probability number
---@param delay tailback.duration
---@param from? tailback.datacenter|string
---@return tailback.fault
function tb.fault.reordering(a, b, probability, delay, from) end

---A node, or a data centre, crashes and restarts. Outages that overlap end with the last.
---@param what tailback.node|tailback.datacenter|string
---@return tailback.fault
function tb.fault.outage(what) end

---A queue, a consumer or a ledger stops and goes on, as for a long garbage collection.
---@param node tailback.node
---@return tailback.fault
function tb.fault.pause(node) end

---The work of a queue or a consumer takes this many times as long.
---@param node tailback.node
---@param factor number
---@return tailback.fault
function tb.fault.slow(node, factor) end

---What a queue, a consumer or a producer calls now is off, and leases and timeouts with it.
---@param node tailback.node
---@param offset number in seconds
---@param drift? number seconds gained in each second, -0.5 to 0.5 (default 0)
---@return tailback.fault
function tb.fault.clock_skew(node, offset, drift) end

---Writes to the disk of a data centre are refused: a journal that writes takes its node down.
---@param datacenter tailback.datacenter|string
---@return tailback.fault
function tb.fault.disk_full(datacenter) end

---Every write, sync and read takes this many times as long.
---@param datacenter tailback.datacenter|string
---@param factor number
---@return tailback.fault
function tb.fault.disk_slow(datacenter, factor) end

---Syncs fail: a journal that syncs takes its node down.
---@param datacenter tailback.datacenter|string
---@return tailback.fault
function tb.fault.disk_sync(datacenter) end

---A producer's rate is multiplied; the factors of spikes that overlap, too.
---@param producer tailback.producer
---@param factor number
---@return tailback.fault
function tb.fault.spike(producer, factor) end

---A share of a producer's messages gets this key.
---@param producer tailback.producer
---@param key integer
---@param share number
---@return tailback.fault
function tb.fault.hot_key(producer, key, share) end

---A share of the messages born meanwhile is given back by the consumer for ever; or crashes it each time.
---@param consumer tailback.consumer
---@param share number
---@param restart_after? tailback.duration it crashes, and restarts after this time
---@return tailback.fault
function tb.fault.poison(consumer, share, restart_after) end

---More messages like a producer's, from a number of addresses, each at a rate.
---@param producer tailback.producer
---@param name string of the producer that makes them
---@param addresses integer
---@param rate number messages a second, of each address
---@param attribute string of the message, which is the address
---@return tailback.fault
function tb.fault.botnet(producer, name, addresses, rate, attribute) end

---How much the fault has hit so far: packets, messages or operations.
---@param fault tailback.fault
---@return integer
function tb.fault.hit(fault) end

return tb
