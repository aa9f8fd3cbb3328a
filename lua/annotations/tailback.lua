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

---What must hold: a check, or a function that is asked at the end and returns true, or false and why.
---@param name string what a person reads
---@param check tailback.check|fun(): boolean?, string?
function tb.expect(name, check) end

---This tally is what the summary calls the latency.
---@param measure tailback.measure
function tb.latency(measure) end

-- ---- the world ----

---The data centre of this name, made at the first call.
---@param name string
---@return tailback.datacenter
function tb.datacenter(name) end

---@class tailback.link_fields tb.link
---@field latency tailback.durations one way
---@field bandwidth? tailback.bandwidth of each direction; without limit if left out

---Joins two data centres, in both directions.
---@param a tailback.datacenter|string
---@param b tailback.datacenter|string
---@param fields tailback.link_fields
function tb.link(a, b, fields) end

---Connects each to the next: producer to queue, queue to consumer, consumer to ledger.
---@param ... tailback.producer|tailback.queue|tailback.consumer|tailback.ledger
function tb.connect(...) end

---@class tailback.datacenter
local datacenter = {}

---Every node in it crashes, and its disk loses what was not synced.
function datacenter:fail() end

---Every node restarts, and reads back what it had stored.
function datacenter:recover() end

---@return boolean
function datacenter:has_failed() end

---@class tailback.producer_fields dc:producer
---@field name string unique in its data centre
---@field arrivals tailback.arrivals when messages are born
---@field message? table<string, tailback.numbers> key, value, size, and up to five attributes of your own
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
---@field model? "producer_consumer" (default "producer_consumer")
---@field store? "memory"|"journal" where its messages live (default "memory")
---@field capacity? integer messages inside, whatever their state (default 1000000)
---@field when_full? "block"|"reject"|"drop_oldest"|"drop_newest" (default "block")
---@field lease? tailback.duration how long a consumer may hold a message (default "5s")
---@field attempts_max? integer deliveries before a message is dead; 0: no limit (default 0)
---@field prefetch? integer messages that a consumer may hold at once; 0: no limit (default 0)
---@field backoff? tailback.duration before the first redelivery after a nack (default "100ms")
---@field backoff_max? tailback.duration it doubles up to here (default "10s")
---@field operation? tailback.durations what each operation costs the broker (default "2us")
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
---@field subscribe_every? tailback.duration how often it makes sure that the queue knows it (default "1s")
---@field on_message? fun(message: tailback.message): tailback.verdict?

---@param fields tailback.consumer_fields
---@return tailback.consumer
function datacenter:consumer(fields) end

---@class tailback.ledger_fields dc:ledger
---@field name string unique in its data centre
---@field budget? integer of each account, in the unit of the messages' values (default math.maxinteger)
---@field sync? "none"|"interval"|"every_n"|"always" when its journal is synced (default "always")
---@field interval? tailback.duration of sync = "interval" (default "100ms")
---@field every_n? integer records, of sync = "every_n" (default 100)
---@field segment_size? tailback.size of the journal's files (default "16MiB")

---@param fields tailback.ledger_fields
---@return tailback.ledger
function datacenter:ledger(fields) end

---@class tailback.node
local node = {}

---Takes its volatile state.
function node:crash() end

function node:restart() end

---@return boolean
function node:is_up() end

---@class tailback.producer: tailback.node
local producer = {}

---Messages in its buffer.
---@return integer
function producer:held() end

---@class tailback.queue: tailback.node
local queue = {}

---Messages inside; 0 while it is down.
---@return integer
function queue:depth() end

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

---A duration as a number of seconds.
---@param duration tailback.duration
---@return number
function tb.seconds(duration) end

-- ---- distributions ----

---@class tailback.distribution
local distribution = {}

---In seconds where it is a distribution of durations.
---@return number
function distribution:mean() end

---@class tailback.arrivals
local arrivals = {}

---@param value tailback.duration
---@return tailback.distribution
function tb.constant(value) end

---@param low tailback.duration
---@param high tailback.duration
---@return tailback.distribution
function tb.uniform(low, high) end

---@param low integer
---@param high integer
---@return tailback.distribution
function tb.uniform_int(low, high) end

---@param mean tailback.duration
---@return tailback.distribution
function tb.exponential(mean) end

---@param mean tailback.duration
---@param deviation tailback.duration
---@return tailback.distribution
function tb.normal(mean, deviation) end

---@param mu number mean of the logarithm
---@param sigma number deviation of the logarithm
---@return tailback.distribution
function tb.lognormal(mu, sigma) end

---Ranks 1 to count, rank k in proportion to 1 / k ^ exponent.
---@param count integer
---@param exponent number
---@return tailback.distribution
function tb.zipf(count, exponent) end

---Arrivals at random, independent of each other.
---@param rate number|string per second, or "800/s", "60/min"
---@return tailback.arrivals
function tb.poisson(rate) end

---Arrivals at equal distances.
---@param interval tailback.duration
---@return tailback.arrivals
function tb.periodic(interval) end

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
---@field budgets fun(ledger: tailback.ledger): tailback.check no account is charged beyond its budget

---@type tailback.checks
tb.checks = {}

return tb
