#!/bin/sh
# scenarios.sh PROGRAM - the scenarios that come with the program keep their promises, on several
# seeds; and break them where their header says so.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

scenarios=$(dirname -- "$program")/../share/tailback/scenarios

# $1 is a scenario; the other arguments are the program's.
run() {
    file=$scenarios/$1.lua
    what="$*"
    shift
    call run --quiet --format json "$@" "$file"
}

digest_of() {
    sed -n 's/.*"digest": *"\([0-9a-f]*\)".*/\1/p' out
}

for scenario in point_to_point producer_consumer publish_subscribe mvc four-models; do
    for seed in 1 2 3 4 5; do
        run "models/$scenario" --seed "$seed"
        expect_status 0
    done
    first=$(digest_of)
    run "models/$scenario" --seed 5
    what="$what, twice"
    [ "$first" != "" ] || fail "no digest in $(cat out)"
    [ "$(digest_of)" = "$first" ] || fail "$(digest_of) is not $first"
done

run models/point_to_point --set crash=true
expect_status 1
expect_output 'is lost'

run models/producer_consumer --set attempts=0
expect_status 1
expect_output 'no job was given up'

# Both sides of a choice, and the table that compares them.
for choice in how:rate=200 where:rate=200 who:rate=100 when:rate=200 callbacks-or-queue:rate=300 \
    batch-or-each:rate=200; do
    name=${choice%:*}
    load=${choice#*:}
    for percent in 80 100 120; do
        set_load=${load%=*}=$(awk "BEGIN { print ${load#*=} * $percent / 100 }")
        run "choices/$name" --seed "$percent" --set "$set_load"
        expect_status 0
    done
done

# A known failure breaks its check, the remedy keeps it, also when the load is another.
for failure in pause-longer-than-lease:rate=100 prefetch-beats-the-lease:load=1 \
    poison-message:rate=400 hot-partition:rate=400 retention-overtakes-the-reader:rate=200 \
    lost-at-the-power-cut:rate=300 clock-skew-breaks-leases:rate=20 head-of-line-blocking:rate=500 \
    thundering-herd:rate=600 slow-consumer:rate=400 hidden-latency:load=1 greedy-consumer:rate=200 \
    innocent-neighbours:rate=50 slow-subscriber:rate=300 retry-lane-reorders:rate=200 \
    retry-storm:rate=250 view-storm:rate=5 own-queue-full:load=1 dead-work:load=1 rebalance-storm:rate=400 autoscaler-oscillates:rate=450; do
    name=${failure%:*}
    load=${failure#*:}
    for percent in 80 100 120; do
        set_load=${load%=*}=$(awk "BEGIN { print ${load#*=} * $percent / 100 }")
        run "failures/$name" --seed "$percent" --set "$set_load"
        expect_status 1
        run "failures/$name" --seed "$percent" --set "$set_load" --set remedy=true
        expect_status 0
    done
done

finish
