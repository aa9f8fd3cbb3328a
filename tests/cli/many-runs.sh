#!/bin/sh
# many-runs.sh PROGRAM - `tailback run --replications`: many seeds, several at a time, one summary.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

# Prints the summary without what depends on the machine's speed.
timeless() {
    sed -e '/ events, /d' -e '/"wall_s"/d' "$place/out"
}

write_scenario '
tb.expect("no order vanishes", tb.checks.conservation)
tb.expect("few wait", tb.measures["target/queue/depth"]:below(3))'

what="the summary is the same however many run at once"
for form in text json; do
    for jobs in 1 2 3 7 100; do
        call run scenario.lua --replications 7 --jobs "$jobs" --format "$form"
        expect_status 1
        [ ! -s err ] || fail "it complained: $(cat err)"
        timeless >"$form.$jobs"
        cmp -s "$form.1" "$form.$jobs" || fail "$(diff "$form.1" "$form.$jobs")"
    done
done
call run scenario.lua --replications 7 --format json
timeless | cmp -s - json.1 || fail "by default it differs"

what="the summary tells of means and checks"
call run scenario.lua --replications 7
expect_output '^A small system$'
expect_output '^7 runs, of the seeds from 3 to 9;'
expect_output '^    arrived  *[0-9,]* ± [0-9.]*  *[0-9,]* to [0-9,]*$'
expect_output '^    throughput, per second  *[0-9.]* ± '
expect_output '^    latency, p99  *[0-9.]* s ± '
expect_output '✓ no order vanishes  *held in 7 of 7$'
expect_output '✗ few wait  *held in [0-6] of 7$'
expect_output 'first with --seed=[0-9]*, at [0-9.]* s: target/queue/depth'
expect_output '^Digest [0-9a-f]\{16\} '

what="a warm-up is left out of each run"
call run scenario.lua --replications 2 --warm-up 2s --format json
mv out warm
call run scenario.lua --replications 2 --warm-up 2s
expect_output '^Throughput and latency are those after the warm-up of 2 s$'
for seed in 3 4; do
    call run scenario.lua --seed "$seed" --warm-up 2s --format json
    mv out "warm.$seed"
done
python3 - <<'END' || fail "it is not"
import json
many = json.load(open("warm"))
assert many["warm_up"] == 2
for index, seed in enumerate((3, 4)):
    one = json.load(open(f"warm.{seed}"))
    whole = json.load(open("json.1"))["runs"][index]
    assert one["steady"]["warm_up_s"] == 2 and one["digest"] == whole["digest"]
    assert many["runs"][index]["throughput_per_s"] == one["throughput_per_s"]
    assert many["runs"][index]["latency_s"]["mean"] == one["latency_s"]["mean"]
    assert one["latency_s"]["mean"] != whole["latency_s"]["mean"]
END

what="one run has no interval"
call run scenario.lua --replications 1
expect_output '^1 run, of seed 3: one alone has no interval$'
! grep -q '±' out || fail "it has"

what="the means are those of the runs, one by one"
for seed in 3 4 5 6 7 8 9; do
    call run scenario.lua --seed "$seed" --format json
    mv out "one.$seed"
done
python3 - <<'END' || fail "they are not"
import json, math, statistics
many = json.load(open("json.1"))
ones = [json.load(open(f"one.{seed}")) for seed in range(3, 10)]

def agrees(figure, values):
    half = 2.446911851 * statistics.stdev(values) / math.sqrt(7)  # Student's t for 6 degrees, 95 %
    assert figure["count"] == 7
    assert math.isclose(figure["mean"], statistics.mean(values), rel_tol=1e-12), (figure, values)
    assert math.isclose(figure["half_width"], half, rel_tol=1e-9, abs_tol=1e-12), (figure, half)
    assert figure["min"] == min(values) and figure["max"] == max(values), (figure, values)

assert many["seed"] == 3 and many["replications"] == 7 and many["confidence"] == 0.95
assert list(many["messages"]) == list(ones[0]["messages"])
for name, figure in many["messages"].items():
    agrees(figure, [one["messages"][name] for one in ones])
agrees(many["throughput_per_s"], [one["throughput_per_s"] for one in ones])
for name, figure in many["latency_s"].items():
    agrees(figure, [one["latency_s"][name] for one in ones])
for index, check in enumerate(many["checks"]):
    held = [one["checks"][index]["held"] for one in ones]
    assert (check["held_count"], check["run_count"], check["held"]) == (sum(held), 7, all(held))
    if not all(held):
        first = ones[held.index(False)]
        assert check["first_failed_seed"] == first["seed"]
        assert check["first_violation_s"] == first["checks"][index]["first_violation_s"]
        assert check["message"] == first["checks"][index]["message"]
assert [run["digest"] for run in many["runs"]] == [one["digest"] for one in ones]
assert [run["seed"] for run in many["runs"]] == list(range(3, 10))
for run, one in zip(many["runs"], ones):
    assert run["messages"] == one["messages"] and run["events"] == one["events"]
assert many["events"] == sum(one["events"] for one in ones)
assert many["params"] == ones[0]["params"] and many["held"] is False
END

what="another first seed has another digest"
call run scenario.lua --replications 7 --seed 4 --format json
[ "$(grep -m 1 digest out)" != "$(grep -m 1 digest json.1)" ] || fail "it is the same"
grep -q '"seed": 4' out || fail "it does not say so"

what="the status is 0 when each check held in each run"
write_scenario 'tb.expect("no order vanishes", tb.checks.conservation)'
call run scenario.lua --replications 3
expect_status 0

what="--out writes what --format json prints, and --quiet only the checks"
call run scenario.lua --replications 3 --out results --quiet
expect_status 0
expect_no_output 'arrived'
expect_output '✓ no order'
[ "$(ls results)" = summary.json ] || fail "$(ls results)"
call run scenario.lua --replications 3 --format json
sed '/"wall_s"/d' results/summary.json >left
timeless | cmp -s - left || fail "they differ"

what="one run has means without an interval"
call run scenario.lua --replications 1 --format json
expect_status 0
grep -q '"half_width": null' out || fail "$(head -n 20 out)"
call run scenario.lua --replications 1
expect_status 0
expect_output '^1 run, '

what="what the scenarios print is not shown"
write_scenario 'print("at first"); tb.at("1s", function() print("and then") end)'
call run scenario.lua --replications 3
expect_status 0
[ ! -s err ] || fail "$(cat err)"

# ---- when it goes wrong ----

what="a mistake while loading is told once"
write_scenario 'local x = nil; x.y = 3'
call run scenario.lua --replications 5 --out wrong
expect_status 2
[ "$(grep -c '^tailback: ' err)" -eq 1 ] || fail "$(cat err)"
grep -q 'scenario.lua:12:' err || fail "$(cat err)"
[ ! -e wrong ] || fail "it made the folder"

what="of the runs that fail the one with the lowest seed is told, however many run at once"
write_scenario 'tb.at("9s", "luck", function() if math.random() < 0.4 then error("bad luck") end end)'
for jobs in 1 2 5 20; do
    call run scenario.lua --replications 20 --jobs "$jobs" --out wrong
    expect_status 2
    grep -q '^tailback: seed [0-9]*: .*bad luck' err || fail "$(cat err)"
    [ "$jobs" -ne 1 ] || cp err first
    cmp -s err first || fail "$(cat err) is not $(cat first)"
    [ ! -s out ] || fail "it printed: $(cat out)"
    [ ! -e wrong ] || fail "it made the folder"
done

write_scenario
"$program" run scenario.lua --set rate=100000 --until 10h --replications 4 --jobs 2 >out 2>err </dev/null &
run=$!
sleep 1
read -r first second </proc/$run/task/$run/children || true

what="two jobs are two workers"
[ -n "$second" ] || fail "there is $first alone"

what="a worker that dies is reported in one line that names its seed"
kill -s KILL "$first"
status=0
wait "$run" || status=$?
expect_status 2
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
grep -q '^tailback: seed 3: the scenario crashed with signal 9' err || fail "$(cat err)"

what="its fellows end with it"
sleep 0.1
! kill -s 0 "$second" 2>/dev/null || fail "$second runs"

what="a signal ends all of them, and leaves nothing behind"
"$program" run scenario.lua --set rate=100000 --until 10h --replications 4 --jobs 2 --out wrong \
    >out 2>err </dev/null &
run=$!
sleep 1
read -r first second </proc/$run/task/$run/children || true
kill -s TERM "$run"
status=0
wait "$run" || status=$?
expect_status 143
[ "$(cat err)" = "tailback: stopped" ] || fail "$(cat err)"
[ ! -e wrong ] || fail "it made the folder"
! kill -s 0 "$first" 2>/dev/null || fail "$first runs"
! kill -s 0 "$second" 2>/dev/null || fail "$second runs"

finish
