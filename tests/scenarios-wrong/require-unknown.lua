--! require-unknown.lua:2: there is no module 'tailback2', did you mean 'tailback'?
require "tailback2"
