--! group-view-taken.lua:8: view 'view' has a consumer already: make another with queue:group
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local view = dc:queue { name = "queue", model = "mvc" }:group { name = "view" }
view:join(dc:consumer { name = "a", time = "1ms" })
view:join(dc:consumer { name = "b", time = "1ms" })
