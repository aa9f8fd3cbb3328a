local tb = require "tailback"
tb.scenario { title = "\27[2J\27]0;owned\7", question = "\27[31m", duration = "1s" }
-- ends 0
