--! syntax-keyword.lua:3: <name> expected near 'end'
local tb = require "tailback"
function end
