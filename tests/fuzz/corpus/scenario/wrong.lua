-- SPDX-License-Identifier: MIT
local tb = require 'tailback'
tb.scenari { titel = 1 }
