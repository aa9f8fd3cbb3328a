--! library-unknown-far.lua:5: tb has no 'teleport'; there is ack, always, at, at_end, bookmark, bursty, caption, chart, checks, connect, constant, datacenter, discrete, diurnal, during, empirical, erlang, eventually, every, expect, exponential, gamma, hyperexponential, latency, link, log, lognormal, measure, measures, nack, normal, normal_positive, now, param, pareto, pause_when, periodic, poisson, pow, process, question, recording, renewal, scenario, seconds, sleep, stages, uniform, uniform_int, wait_until, weibull, zipf
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.teleport()
