local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
while true do end
-- ends 2: loop-at-load.lua:3: this has been running for 2 s without a pause: an endless loop? (tb.sleep pauses
