--! syntax-equals.lua:3: 'then' expected near '='
local tb = require "tailback"
if tb = 1 then end
