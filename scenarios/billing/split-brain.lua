-- Two billing masters: one of them does not know yet that it is deposed. What keeps it out?
--
-- The master in Beijing is paused for 5 seconds, as by a garbage collection. Its lease ends, the
-- standby in Shanghai takes over. When Beijing wakes, it has work in hand, done under a lease that
-- was good when it looked last. The fence before the books has seen Shanghai's higher token and
-- turns it away; its clicks come again to Shanghai.
--
--   tailback run split-brain.lua --set fencing=off        lets it in: the check fails, and names the
--                                                         first charge under a lease that was over
-- SPDX-License-Identifier: MIT
local tb      = require "tailback"
local billing = require "systems.billing"

tb.scenario {
  title    = "Billing: two masters",
  question = "The old master wakes with work in hand: who may charge?",
  duration = "1min",
  seed     = 7,
}

local rate    = tb.param("rate",    { default = 800, min = 10, max = 20000, unit = "clicks/s per data centre" })
local fencing = tb.param("fencing", { default = "on", choices = { "on", "off" } })

local sys = billing.build {
  datacenters = { "beijing", "shanghai", "shenzhen" },
  central     = "beijing",
  standby     = "shanghai",
  queue_at    = "shenzhen",
  books       = "shenzhen",
  form        = "standby",
  fencing     = fencing == "on",
  clicks      = tb.poisson(rate),
  workers     = 32,
}

-- Its work takes time between the look at the lease and the charge; both are paused together.
for _, second in ipairs { 15, 35 } do
  tb.during(second, second + 5, "the masters' garbage is collected", tb.fault.pause(sys.masters[1]))
  tb.during(second, second + 5, "and their services stand still", tb.fault.pause(sys.service))
end

tb.expect("nobody charges after another has taken over",  sys.checks.single)
tb.expect("every accepted click is charged exactly once", sys.checks.exactly_once)
tb.expect("no click vanishes from the books",             sys.checks.conservation)
tb.expect("no advertiser overspends",                     sys.checks.budgets)
tb.expect("money is conserved to the last micro-cent",    sys.checks.money)
