Lua
-- ends 2: cannot read 'binary-chunk.lua': it is compiled Lua, and only text is run
