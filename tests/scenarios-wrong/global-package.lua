--! global-package.lua:5: 'package' is not available in a scenario: require finds modules in the scenario's folder
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
package.loadlib("x", "y")
