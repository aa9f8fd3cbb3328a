#!/bin/sh
# check.sh PROGRAM - `tailback check` and `tailback list`: what is in a scenario, without a run.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

write_scenario '
tb.expect("no order vanishes", tb.checks.conservation)
tb.at("1s", function() error("it ran") end)'

what="check says what a scenario contains"
call check scenario.lua
expect_status 0
expect_output '^A small system$'
expect_output '^Does it run?$'
expect_output '^20 s of virtual time, seed 3$'
expect_output '^    rate  *100 1/s$'
expect_output '^    source  *orders (producer)$'
expect_output '^    target  *queue (.*), clerk (consumer)$'
expect_output '^    source - target  *30 ms one way'
expect_output '^    no order vanishes$'
[ ! -s err ] || fail "it complained: $(cat err)"

what="check has it as JSON"
call check --format json scenario.lua
expect_status 0
python3 - out <<'END' || fail "it is not what it should be: $(cat out)"
import json, sys
found = json.load(open(sys.argv[1]))
assert list(found) == ["scenario", "title", "question", "duration_s", "seed", "params", "datacenters",
                       "nodes", "links", "checks"], list(found)
assert found["scenario"] == "scenario.lua" and found["duration_s"] == 20 and found["seed"] == 3
assert found["params"] == [{"name": "rate", "default": "100", "unit": "1/s"}], found["params"]
assert found["datacenters"] == ["source", "target"]
assert {"datacenter": "source", "name": "orders", "type": "producer"} in found["nodes"]
between = [link for link in found["links"] if link["from"] != link["to"]]
assert [(link["from"], link["to"]) for link in between] == [("source", "target")]
assert abs(between[0]["latency_s"] - 0.03) < 1e-9 and between[0]["bandwidth_bit_per_s"] == 0
assert found["checks"] == ["no order vanishes"]
END

what="check lists the parameters for --set"
call check --format params scenario.lua
expect_status 0
[ "$(cat out)" = "rate=100" ] || fail "$(cat out)"

what="a scenario that is wrong is so for check as for run"
write_scenario 'target:queue { name = "other", model = "producer_consumer", capasity = 3 }'
call run scenario.lua
mv err of-run
call check scenario.lua
expect_status 2
cmp -s err of-run || fail "$(cat err) is not $(cat of-run)"
[ ! -s out ] || fail "it printed: $(cat out)"

what="a scenario that never loads is ended"
write_scenario 'while true do end'
call check scenario.lua
expect_status 2
grep -q 'scenario.lua:12:' err || fail "$(cat err)"

what="nothing that a scenario says moves the cursor"
write_scenario 'tb.expect("a\27[2Jb", tb.checks.conservation)'
call check scenario.lua
expect_output 'a\\x1b\[2Jb'

what="what it prints while it is loaded is not among the results"
write_scenario 'print("hello")'
call check scenario.lua --format params
[ "$(cat out)" = "rate=100" ] || fail "$(cat out)"
grep -q hello err || fail "it is lost"

what="check with --ascii prints ASCII only"
write_scenario 'tb.expect("caf\u{e9}", tb.checks.conservation)'
call check scenario.lua
expect_output 'café'
call check scenario.lua --ascii
[ -z "$(LC_ALL=C tr -d '\0-\177' <out)" ] || fail "$(cat out)"

what="check knows its command line"
call check
expect_status 2
grep -q '^tailback: which scenario?' err || fail "$(cat err)"
call check scenario.lua two.lua
expect_status 2
grep -q "^tailback: .*'two.lua' is one too many" err || fail "$(cat err)"
call check scenario.lua --format xml
expect_status 2
grep -q '^tailback: --format xml: a format is text, json or params$' err || fail "$(cat err)"
call check nowhere.lua
expect_status 2
grep -q '^tailback: .*nowhere.lua.*No such file' err || fail "$(cat err)"

# ---- list ----

what="list has path, title and question of what comes with the program"
call list
expect_status 0
expect_output 'scenarios/billing/datacenter-failure.lua$'
expect_output '^    Billing: a data centre dies at the evening peak$'
expect_output '^    Which clicks are at risk between the crash and the recovery?$'
[ ! -s err ] || fail "it complained: $(cat err)"

what="each path that list names can be run"
grep '\.lua$' out >paths
while read -r path; do
    call check "$path"
    expect_status 0
done <paths

# The library of the program, and scenarios of our own.
data=$("$program" list | sed -n 's,/scenarios/.*,,p' | head -n 1)
mkdir -p data/scenarios/a data/scenarios/b
ln -s "$data/lua" data/lua
write_scenario
cp scenario.lua data/scenarios/b/two.lua
cp scenario.lua data/scenarios/a/one.lua
echo 'not Lua' >data/scenarios/a/notes.txt

what="list is in order of the paths, seen from where one is"
TAILBACK_DATA=$place/data call list
expect_status 0
[ "$(grep '\.lua$' out)" = "$(printf 'data/scenarios/a/one.lua\ndata/scenarios/b/two.lua')" ] || fail "$(cat out)"
cd data/scenarios/a
TAILBACK_DATA=$place/data call list
cd "$place"
expect_output '^one.lua$'
expect_output "^$place/data/scenarios/b/two.lua$"

what="one that does not load is named, and the others are listed"
echo 'local x = = 3' >data/scenarios/b/bad.lua
TAILBACK_DATA=$place/data call list
expect_status 2
grep -q '^tailback: data/scenarios/b/bad.lua:1:' err || fail "$(cat err)"
expect_output '^data/scenarios/b/two.lua$'

what="list takes no arguments"
call list billing
expect_status 2
grep -q "^tailback: tailback list takes no arguments, but was given 'billing'" err || fail "$(cat err)"

finish
