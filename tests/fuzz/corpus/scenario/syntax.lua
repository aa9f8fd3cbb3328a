-- SPDX-License-Identifier: MIT
local x <const> = 5 ::a:: goto a if then end
