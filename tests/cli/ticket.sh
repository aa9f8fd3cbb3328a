#!/bin/sh
# ticket.sh PROGRAM [SEEDS] - the scenarios of the ticket system keep their promises, on several seeds
# (3; by hand 20), and break them where their header says so.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

scenarios=$(dirname -- "$program")/../share/tailback/scenarios/ticket
seeds=$(seq "${2:-3}")

# run STATUS SCENARIO ARGUMENT...: on every seed it comes to this status.
run() {
    status_wanted=$1
    file=$scenarios/$2.lua
    shift 2
    for seed in $seeds; do
        what="$(basename "$file") $* --seed $seed"
        call run --quiet --seed "$seed" "$@" "$file"
        expect_status "$status_wanted"
    done
}

run 0 nine-oclock
run 0 nine-oclock --set design=partitioned
run 1 nine-oclock --set design=locking
expect_output '✗ p99 is below 2 s'
run 0 lock-contention --set design=queue
run 0 lock-contention --set workers=4
run 1 lock-contention
expect_output 'at least 450 orders a second'
run 0 generator-crash
run 0 standby-takeover
run 1 standby-takeover --set fencing=false
expect_output '✗ every constraint holds'
run 0 greedy-or-optimal
run 1 greedy-or-optimal --set gather=0s
expect_output 'the share of the optimum is reached'
run 1 greedy-or-optimal --set optimal=false
run 0 poison-rule
run 1 poison-rule --set attempts=0
expect_output 'poison does not pile up'
for design in queue locking partitioned; do
    run 0 datacenter-failure --set design=$design
    run 0 capacity-change --set design=$design
done
run 0 datacenter-failure --set dark=north
run 0 datacenter-failure --set dark=north --set design=partitioned
run 0 everyone-wants-the-same-customer
run 0 everyone-wants-the-same-customer --set design=locking
run 0 fraud-burst
run 0 fraud-burst --set guard=limit
run 1 fraud-burst --set guard=none
expect_output 'few customers were held for nothing'

finish
