-- SPDX-License-Identifier: MIT
for i = 1, 10 do local s = ('x'):rep(i):gsub('.', '%0%0'):upper() end
