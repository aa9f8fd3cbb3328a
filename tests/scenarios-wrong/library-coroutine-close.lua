--! library-coroutine-close.lua:5: coroutine has no 'close'; there is create, isyieldable, resume, status, wrap, yield
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
coroutine.close()
