--! checks-unknown.lua:5: tb.checks has no 'exactly_ones'; it has budgets(ledger), conservation, exactly_once, money(ledger), order
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.expect("once", tb.checks.exactly_ones)
