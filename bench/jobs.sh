#!/bin/sh
# bench/jobs.sh PROGRAM [SCENARIO] - what a scenario takes, and its replications with two jobs instead of one.
#
# Wall-clock time, so it needs two processors with nothing else to do. Both take turns; figures are medians of
# three, the ratio is that of one turn. The bar is the project's: two jobs at least 1.8 times as fast as one.
#
# SPDX-License-Identifier: MIT
set -eu

program=$1
here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
scenario=${2-$here/scenarios/billing/datacenter-failure.lua}

# A member of the summary of the words, which are options of `tailback run`.
member() {
    name=$1
    shift
    "$program" run "$scenario" --format json "$@" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$name"
}

median() {
    printf '%s\n' "$@" | sort -g | sed -n '2p'
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

one='' two='' ratios='' rates=''
for _ in 1 2 3; do
    events=$(member events)
    rates="$rates $(ratio "$events" "$(member wall_s)")"
    first=$(member wall_s --replications 8 --jobs 1)
    second=$(member wall_s --replications 8 --jobs 2)
    one="$one $first"
    two="$two $second"
    ratios="$ratios $(ratio "$first" "$second")"
done
# shellcheck disable=SC2086 # lists of three numbers
{
    faster=$(median $ratios)
    met=$(awk -v r="$faster" 'BEGIN { print (r >= 1.8) ? "met" : "NOT MET" }')
    printf '| figure | measured | ratio | bar | met |\n| :--- | ---: | :--- | :--- | :--- |\n'
    printf '| one run | %.1f million events/s | | | |\n' "$(ratio "$(median $rates)" 1e6)"
    printf '| 8 replications, one job | %.2f s | | | |\n' "$(median $one)"
    printf '| 8 replications, two jobs | %.2f s | %s times as fast | >= 1.8 | %s |\n' "$(median $two)" "$faster" "$met"
}
