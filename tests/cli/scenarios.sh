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

# Each scenario of a cache holds its checks; without what it praises, some of them fail.
for scenario in strategies hot-key load-spike updater-down datacenter-failure lost-updates \
    write-burst rebalance fraud-burst real-log queue-models; do
    for seed in 1 2 3; do
        run "cache/$scenario" --seed "$seed"
        expect_status 0
    done
done
run cache/updater-down --set ttl=0s
expect_status 1
expect_output 'no read is older than 21 s'
run cache/lost-updates --set model=producer_consumer
expect_status 0

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
    lost-at-the-power-cut:rate=300 clock-skew-breaks-leases:rate=20 \
    split-brain-acks-leader:rate=100 zombie-leader-without-fencing:rate=100 head-of-line-blocking:rate=500 \
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

# The billing system keeps what it has promised, in each of its failures; a day at a hundredth of
# its load. By hand: BILLING_SEEDS="1 2 3 ..." for more seeds.
billing='datacenter-failure central-failure central-failover evening-peak fraud-burst slow-fraud
    duplicate-storm wan-brownout split-brain disk-full month-end'
for name in $billing; do
    few=
    [ "$name" = month-end ] && few='--set rate=1'
    for seed in ${BILLING_SEEDS:-1}; do
        # shellcheck disable=SC2086
        run "billing/$name" --seed "$seed" $few
        expect_status 0
    done
done

# And each of its weakened forms breaks the check that its header names.
weakened() {
    run "$@"
    expect_status 1
}
weakened billing/split-brain --set fencing=off
expect_output 'which another had taken over'
weakened billing/central-failure --set sync=interval
expect_output 'was in a queue that crashed'
weakened billing/central-failure --set store=memory
expect_output 'was in a queue that crashed'
weakened billing/duplicate-storm --set span=2s --set remember=2s
expect_output 'had its effect twice'
weakened billing/fraud-burst --set more_than=30
expect_output 'bots. clicks are caught'

# A looser rule catches more of the bots, and more of those that it flags are people.
ppm_of() {
    sed -n "s|.*\"beijing/fraud/$1\": *\([0-9]*\).*|\1|p" out
}
recall=-1
precision=1000001
for more_than in 30 12 3; do
    call run --quiet --format json --set more_than=$more_than "$scenarios/billing/fraud-burst.lua"
    [ "$(ppm_of recall)" -ge "$recall" ] || fail "recall $(ppm_of recall) is below $recall"
    [ "$(ppm_of precision)" -le "$precision" ] || fail "precision $(ppm_of precision) is above $precision"
    recall=$(ppm_of recall)
    precision=$(ppm_of precision)
done
[ "$recall" -gt 999000 ] || fail "at the loosest only $recall millionths are caught"
[ "$precision" -lt 600000 ] || fail "at the loosest $precision millionths are right"

what="the summary says what the de-duplicator kept back, and how right the detector was"
call run --until 40s "$scenarios/billing/fraud-burst.lua"
expect_output '^De-duplicators  *passed  *kept back  *slipped  *forgotten$'
expect_output '^    beijing/dedup  *[1-9][0-9,]*  *0  *0  *0$'
expect_output '^    beijing/fraud  *[1-9][0-9,]*  *[1-9][0-9,]*  *9[0-9][.][0-9]* %  *[0-9.]* %  *[1-9][0-9,]*$'

finish
