-- For luacheck: `luacheck .` finds nothing.
std = "lua54"
max_line_length = 120
-- What an annotation file declares is for editors: it has no body.
files["lua/annotations"] = { ignore = { "211", "212", "241", "311", "431" }, max_line_length = false }
files["lua/tailback/init.lua"] = { ignore = { "143/math" } } -- math.pow is the kernel's
-- Made to be wrong.
exclude_files = { "tests/scenarios-wrong", "tests/scenarios-hostile", "build*" }
