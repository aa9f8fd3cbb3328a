-- A consumer that takes more than it can do in time does everything twice.
--
-- What you will see: four workers of 50 ms each, so 80 images a second; 40 a second to do, and a queue
-- that gives a consumer as many as there are. At 10 s a burst of 500 images a second comes for five
-- seconds. All of it goes into the consumer's hands at once and waits there; but the lease of an
-- image, 10 s, runs from its delivery. When the consumer comes to it, the lease is over, the image is in its hands a
-- second time, and the first ack is stale. Every image is done, many times over: the consumer is
-- busy to the last, and the backlog does not get smaller.
--
-- The remedy, --set remedy=true: prefetch = 8. What waits then waits in the queue, where no lease
-- runs.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A prefetch that beats the lease",
  question = "The images wait in the consumer's hands: what do their leases do meanwhile?",
  duration = "2min",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local load   = tb.param("load", { default = 1, min = 0.1, max = 1.2 })

local here   = tb.datacenter "here"
local camera = here:producer {
  name = "camera", arrivals = tb.stages {
    { rate = 40 * load, duration = "10s" }, { rate = 500 * load, duration = "5s" }, { rate = 20 * load },
  },
}
local images = here:queue { name = "images", lease = "10s", prefetch = remedy and 8 or 0 }
local resize = here:consumer { name = "resize", workers = 4, time = tb.exponential "50ms" }
tb.connect(camera, images, resize)

tb.expect("every image is resized exactly once", tb.checks.exactly_once)
tb.expect("the burst has been worked off after a minute and a half",
  tb.measures["here/images/depth"]:below(100, { from = "100s" }))
