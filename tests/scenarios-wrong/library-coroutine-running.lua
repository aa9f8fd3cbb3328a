--! library-coroutine-running.lua:5: coroutine has no 'running'; there is create, isyieldable, resume, status, wrap, yield
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
print(coroutine.running())
