# common.sh - what the tests of the command line share. Sourced with the program's path as $1.
#
# A test sets `what` to the sentence that is to be true and calls one of the expect_… functions; each
# failing sentence is printed, and `finish` ends the script with status 1 if there was one.
#
# SPDX-License-Identifier: MIT
# shellcheck shell=sh

program=$(readlink -f -- "$1")
place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
trap 'exit 1' HUP INT TERM
cd "$place" || exit 1
export LC_ALL=C.UTF-8
unset NO_COLOR TAILBACK_DATA

what=
failed_count=0

fail() {
    printf 'FAILED: %s: %s\n' "$what" "$*"
    failed_count=$((failed_count + 1))
}

finish() {
    [ "$failed_count" -eq 0 ] || exit 1
    exit 0
}

# Calls the program; leaves `status`, and the files out and err.
call() {
    status=0
    "$program" "$@" >"$place/out" 2>"$place/err" </dev/null || status=$?
}

expect_status() {
    [ "$status" -eq "$1" ] || fail "status $status, not $1: $(cat "$place/err")"
}

# $1, a basic regular expression, is in what was printed (or, expect_no_output, is not).
expect_output() {
    grep -q -e "$1" "$place/out" || fail "no '$1' in: $(cat "$place/out")"
}

expect_no_output() {
    ! grep -q -e "$1" "$place/out" || fail "there is a '$1' in: $(cat "$place/out")"
}

# A small system that takes a few milliseconds: scenario.lua, with what $1 adds to it.
write_scenario() {
    cat >"$place/scenario.lua" <<'END'
local tb = require "tailback"
tb.scenario { title = "A small system", question = "Does it run?", duration = "20s", seed = 3 }
local rate = tb.param("rate", { default = 100, min = 1, max = 1e5, unit = "1/s" })
local source, target = tb.datacenter "source", tb.datacenter "target"
local producer = source:producer { name = "orders", arrivals = tb.poisson(rate), message = { value = 1 } }
local queue = target:queue { name = "queue", model = "producer_consumer", capacity = 1e5, lease = "5s" }
local consumer = target:consumer { name = "clerk", workers = 4, time = tb.exponential("2ms") }
tb.connect(producer, queue, consumer)
tb.link("source", "target", { latency = tb.normal("30ms", "4ms") })
tb.at("5s", "the target goes dark", function() target:fail() end)
tb.at("8s", "the target is back", function() target:recover() end)
END
    printf '%s\n' "${1-}" >>"$place/scenario.lua"
}
