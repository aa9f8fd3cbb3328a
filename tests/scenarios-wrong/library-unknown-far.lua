--! library-unknown-far.lua:5: tb has no 'teleport'; there is ack, at, checks, connect, constant, datacenter, every, expect, exponential, latency, link, lognormal, measures, nack, normal, now, param, periodic, poisson, pow, process, scenario, seconds, sleep, uniform, uniform_int, zipf
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.teleport()
