-- An entity that sends to itself, and cannot finish what it has before it has sent.
--
-- What you will see: a workflow takes a step from its queue, does it, and puts the next step into the
-- same queue: three steps for each order. A step is only done when the next one is accepted. At 10 s the
-- orders come faster for five seconds, and the queue, which holds 200, is full. From then on nothing
-- moves: to make room the workflow must finish a step, and to finish it needs room. New orders wait with
-- their sender, also when the burst is long over.
--
-- The remedy, --set remedy=true: a queue for each step, with a worker of its own, so that nobody waits
-- for himself. The last step sends nothing and always moves; so the one before it can, and so on.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "An entity whose own queue is full",
  question = "The burst is over: why does nothing move?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local load   = tb.param("load", { default = 1, min = 0.5, max = 1.3 })

local STEPS = 3

local here = tb.datacenter "here"
local shop = here:producer {
  name = "shop", message = { value = 1 }, -- the number of the step
  arrivals = tb.stages {
    { rate = 50 * load, duration = "10s" }, { rate = 800 * load, duration = "5s" }, { rate = 30 * load },
  },
}

local finished = 0
local function handler(outbox)
  return function(message)
    if message.value == STEPS then
      finished = finished + 1
    elseif outbox:held() > 0 then
      return tb.nack -- what was sent last has not been accepted: this cannot be finished
    else
      outbox:send { value = message.value + 1 }
    end
  end
end

-- A queue, who works on it, and through what that sends on.
local function stage(name, workers)
  local queue = here:queue {
    name = name, capacity = 200, prefetch = 4, lease = "10s", backoff = "10ms", backoff_max = "50ms",
  }
  local outbox = here:producer {
    name = name .. "-outbox", arrivals = tb.stages { { rate = 0 } }, backoff = "10ms", backoff_max = "50ms",
  }
  tb.connect(queue, here:consumer {
    name = name .. "-worker", workers = workers, time = "3ms", on_message = handler(outbox),
  })
  return queue, outbox
end

if remedy then
  local first, to_second = stage("first", 1)
  local second, to_third = stage("second", 1)
  local third, to_nobody = stage("third", 1)
  tb.connect(shop, first)
  tb.connect(to_second, second)
  tb.connect(to_third, third)
  tb.connect(to_nobody, third) -- the last step sends nothing
else
  local steps, to_itself = stage("steps", STEPS)
  tb.connect(shop, steps)
  tb.connect(to_itself, steps)
end

tb.expect("all orders are finished at the end, but for the last few", function()
  local born = tb.measures["here/shop/arrived"]:value()
  return finished > 0.97 * born, ("%d of %d orders are finished"):format(finished, born)
end)
