--! money-of-nothing.lua:5: tb.checks.money: expected a ledger, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.expect("x", tb.checks.money(nil))
