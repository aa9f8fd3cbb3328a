-- systems.ticket: users' rules become work orders for sales people, under constraints.
-- SPDX-License-Identifier: MIT
--
-- A user is a sales person who asks for a customer: of a region, with a need for a skill, worth so
-- much at least. Nobody is given twice, nobody gets more than a day's capacity. Three designs:
--
--   locking      rules -> workers ("intake") -> clerks: each locks the rows that it changes
--   queue        rules -> queue -> generator, the only one that writes; answers -> mvc -> screens
--   partitioned  the same in each data centre, for the customers who live in its region; rules about
--                others go from generator to generator
--
-- With a standby there is a second generator, in another data centre: a singleton before the book
-- says whose turn it is, and the fence at the book turns away who is late.
local tb, schema, object = ...

local ticket = {}

local DESIGNS = { "locking", "queue", "partitioned" }

local FIELDS = schema.fields("ticket.build", {
  { "design", "choice", choices = DESIGNS, default = "queue" },
  -- Each is a region, with users of its own; the central one holds the book.
  { "datacenters", "list", of = "name", required = true, expected = "a list of names" },
  { "central", "name", required = true },
  -- The rules of one data centre, and what they ask for: region, skill, floor, priority, action.
  { "rules", "arrivals", keep = true, required = true },
  { "ask", "table", default = {} },
  -- Of dc:orders, dc:generator, dc:clerks and of the rules' queue, whatever they take.
  { "orders", "table", default = {} },
  { "generator", "table", default = {} },
  { "clerks", "table", default = {} },
  { "queue", "table", default = {} },
  -- Where a second generator stands by, and whether the fence turns anybody away.
  { "standby", "name" },
  { "fencing", "boolean", default = true },
  { "lease", "duration", keep = true, default = "1s" },
  -- What passes between a look at the lease and the writing: always the same, so that order is kept.
  { "handover", "duration", keep = true, default = "1ms" },
  -- Of dc:limiter and dc:detector, which stand before the queue when they are given.
  { "limit", "table" },
  { "detect", "table" },
  { "latency", "times", keep = true, default = tb.normal("15ms", "2ms") },
})

-- What is given, over the defaults.
local function over(defaults, given)
  local fields = {}
  for _, source in ipairs { defaults, given } do
    for name, value in pairs(source) do
      fields[name] = value
    end
  end
  return fields
end

local function link_all(names, latency)
  for index, name in ipairs(names) do
    for other = index + 1, #names do
      tb.link(tb.datacenter(name), tb.datacenter(names[other]), { latency = latency })
    end
  end
end

-- ---- users ----

-- What stands before the queue: the limiter, the detector, both or neither. The first is the door.
local function build_door(fields, dc, queue)
  local door = queue
  for _, class in ipairs { "detector", "limiter" } do
    local given = fields[class == "detector" and "detect" or "limit"]
    if given then
      local node = dc[class](dc, over({ name = class }, given))
      tb.connect(node, door)
      door = node
    end
  end
  return door
end

-- The persons of a region have consecutive numbers, in the order of the data centres.
local function build_users(fields, number, persons, door)
  local each = persons // #fields.datacenters
  local users = tb.datacenter(fields.datacenters[number]):producer {
    name = "users",
    arrivals = fields.rules,
    message = over({ key = tb.uniform_int((number - 1) * each, number * each - 1) }, fields.ask),
    timeout = "2s",
  }
  tb.connect(users, door)
  return users
end

local function build_queue(fields, dc, defaults)
  local queue = dc:queue(over(over({ name = "rules", store = "journal", prefetch = 1000 }, defaults),
    fields.queue))
  return queue, build_door(fields, dc, queue)
end

-- ---- who decides ----

local function build_intake(dc, queue, decider)
  local intake = dc:consumer { name = "intake", workers = 10000, time = "0s", subscribe_every = "100ms" }
  tb.connect(queue, intake, decider)
  return intake
end

local function build_clerks(fields, sys)
  local clerks = sys.central:clerks(over({ name = "clerks", orders = sys.orders }, fields.clerks))
  -- The requests that are at work are those that a worker has: the others wait, in memory only.
  local queue, door = build_queue(fields, sys.central, {
    store = "memory", prefetch = fields.clerks.workers or 16, lease = "1min" })
  build_intake(sys.central, queue, clerks)
  tb.connect(clerks, sys.orders)
  sys.clerks, sys.queues, sys.doors = clerks, { queue }, { door }
end

local function build_generator(fields, sys, dc, queue, more)
  local generator = dc:generator(over(over(
    { name = "generator", orders = sys.orders, answers = sys.answers }, more), fields.generator))
  build_intake(dc, queue, generator)
  sys.generators[#sys.generators + 1] = generator
  return generator
end

-- Two candidates, a coordinator between them, and the fence before the book.
local function build_with_standby(fields, sys, queue)
  local coordinator = sys.central:coordinator { name = "coordinator", lease = fields.lease }
  sys.fence = sys.central:fence { name = "fence", fencing = fields.fencing }
  sys.singletons = {}
  for index, name in ipairs { fields.central, fields.standby } do
    local dc = tb.datacenter(name)
    local singleton = dc:singleton { name = "candidate", time = fields.handover }
    tb.connect(build_generator(fields, sys, dc, queue, {}), singleton, sys.fence)
    tb.connect(coordinator, singleton)
    sys.singletons[index] = singleton
  end
  tb.connect(sys.fence, sys.orders)
end

local function build_single(fields, sys)
  local queue, door = build_queue(fields, sys.central, {})
  sys.queues, sys.doors = { queue }, { door }
  if fields.standby then
    build_with_standby(fields, sys, queue)
  else
    tb.connect(build_generator(fields, sys, sys.central, queue, {}), sys.orders)
  end
end

local function build_partitioned(fields, sys)
  for number, name in ipairs(fields.datacenters) do
    local dc = tb.datacenter(name)
    sys.queues[number], sys.doors[number] = build_queue(fields, dc, {})
    local generator = build_generator(fields, sys, dc, sys.queues[number], { region = number })
    tb.connect(generator, sys.orders)
  end
  for _, generator in ipairs(sys.generators) do
    for _, peer in ipairs(sys.generators) do
      if peer ~= generator then
        tb.connect(generator, peer)
      end
    end
  end
end

-- ---- the answer ----

-- The users' screens: a view of the newest answer to each.
local function build_screens(sys, persons)
  sys.answers = sys.central:answers { name = "answers" }
  sys.screens = sys.central:queue { name = "screens", model = "mvc", capacity = persons }
  local screen = sys.central:consumer { name = "screen", time = "0s", subscribe_every = "100ms" }
  tb.connect(sys.answers, sys.screens, screen)
  sys.latency = tb.measures[tostring(screen) .. "/latency"]
end

-- Each rule that a queue has promised to keep has its answer, or is still there. The books of all
-- messages say the same; but an answer that a newer one overtakes on its user's screen is no loss.
local function is_answered(sys)
  local promised, known = 0, 0
  for _, users in ipairs(sys.users) do
    promised = promised + tb.measures[tostring(users) .. "/confirmed"]:value()
  end
  for _, what in ipairs { "created", "none", "withdrawn", "cancelled" } do
    known = known + tb.measures[tostring(sys.orders) .. "/" .. what]:value()
  end
  for _, queue in ipairs(sys.queues) do
    known = known + queue:depth() + tb.measures[tostring(queue) .. "/dead"]:value()
  end
  return known >= promised, ("%d promised, %d answered or waiting"):format(promised, known)
end

local function checks_of(sys)
  local checks = {
    constraints = sys.orders:constraints(), -- nobody twice, nobody over capacity, all match
    conservation = sys.orders:conservation(), -- each customer is free, in one order, or done
    once = sys.orders:once(), -- no rule has two answers, no order ends twice
    answered = tb.at_end(function() return is_answered(sys) end),
    deadlocks = sys.clerks and sys.clerks:deadlocks(),
    single = sys.fence and sys.fence:single(),
  }
  tb.expect("every constraint holds after every order", checks.constraints)
  tb.expect("each customer is free, in one order, done or closed", checks.conservation)
  tb.expect("no rule is answered twice, no order ends twice", checks.once)
  if checks.deadlocks then
    tb.expect("no deadlock lasts", checks.deadlocks)
  end
  return object.read_only("sys.checks", checks)
end

-- Builds the system, with the checks that always hold; returns what a scenario may want to break, to
-- watch and to check.
function ticket.build(given)
  local fields = schema.check(FIELDS, given)
  schema.argument("ticket.build", "central", { type = "choice", choices = fields.datacenters },
    fields.central)
  local persons = fields.orders.persons or 200
  local sys = { central = tb.datacenter(fields.central), queues = {}, doors = {}, generators = {},
    users = {}, datacenter = {} }

  link_all(fields.datacenters, fields.latency)
  sys.orders = sys.central:orders(over(
    { name = "orders", persons = persons, regions = #fields.datacenters }, fields.orders))
  if fields.design ~= "locking" then
    build_screens(sys, persons)
  end
  local build = { locking = build_clerks, queue = build_single, partitioned = build_partitioned }
  build[fields.design](fields, sys)
  for number, name in ipairs(fields.datacenters) do
    sys.datacenter[name] = tb.datacenter(name)
    sys.users[number] = build_users(fields, number, persons, sys.doors[number] or sys.doors[1])
  end
  -- With locks the user waits for the worker; else the screen is told.
  sys.latency = sys.latency or tb.measures[tostring(sys.clerks) .. "/response"]
  tb.latency(sys.latency)
  sys.checks = checks_of(sys)
  return object.read_only("the ticket system", sys)
end

return object.read_only("systems.ticket", ticket)
