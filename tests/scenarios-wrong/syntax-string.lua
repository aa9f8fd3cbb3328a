--! syntax-string.lua:2: unfinished string near '"wrong'
local title = "wrong
