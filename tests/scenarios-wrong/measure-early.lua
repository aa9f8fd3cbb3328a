--! measure-early.lua:3: there are no measures yet: call tb.scenario and build the world first
local tb = require "tailback"
print(tb.measures["beijing/queue/depth"])
