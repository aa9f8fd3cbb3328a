#!/bin/sh
# run.sh PROGRAM - what `tailback run` prints, writes and returns.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

digest() {
    sed -n 's/^Digest \([0-9a-f]\{16\}\) .*/\1/p' "$place/out"
}

write_scenario

what="the digest tells runs apart that consist only of processes, or differ only in what messages hold"
cat >own.lua <<'END'
local tb = require "tailback"
tb.scenario { title = "Its own", duration = "2s", seed = 1 }
local gap = tb.exponential "10ms"
tb.process(function() while true do tb.sleep(gap:draw()) end end)
END
call run own.lua
expect_status 0
first=$(digest)
call run own.lua --seed 2
[ "$(digest)" != "$first" ] || fail "both are $first"
call run own.lua --seed 1
[ "$(digest)" = "$first" ] || fail "$(digest) is not $first"
call run scenario.lua
first=$(digest)
sed 's/value = 1/value = 2/' scenario.lua >other.lua
call run other.lua
[ "$(digest)" != "$first" ] || fail "both are $first"

what="every run is watched for what must hold whatever happens"
cat >twice.lua <<'END'
local tb = require "tailback"
tb.scenario { title = "Twice", duration = "5s", seed = 1 }
local here = tb.datacenter "here"
local jobs = here:queue { name = "jobs", lease = "1s" }
tb.connect(here:producer { name = "shop", arrivals = tb.poisson(20) }, jobs)
for _, name in ipairs { "one", "two" } do
  local worker = here:consumer { name = name, time = "20ms" }
  tb.connect(jobs, worker)
  if name == "one" then
    tb.during("1s", "3s", "one sleeps", tb.fault.pause(worker))
  end
end
END
call run twice.lua
expect_status 0
expect_output '^    held  *I1 .*I7 .*I11 I12$'
expect_output '^    broken  *I3 no effect twice: [0-9]* of [0-9]* times$'
expect_output '^        [0-9.]* s  accepted at here/jobs$'
expect_output '^        [0-9.]* s  delivered to here/two$'
expect_output '^    nothing to try .*I6'
call run --format json twice.lua
expect_output '"id": *"I13*"'
expect_output '"history": *".*settled at here/two'

what="--version is the name and a number"
call --version
expect_status 0
expect_output '^tailback [0-9][0-9.]*$'

what="--help is answered everywhere"
for words in "--help" "-h" "run --help" "help --help" "help" "help run"; do
    # shellcheck disable=SC2086 # words
    call $words
    expect_status 0
    expect_output '^Usage:'
done

what="the summary tells what happened"
call run scenario.lua
expect_status 0
expect_output '^A small system$'
expect_output '^Does it run?$'
expect_output ' 5.000 s  the target goes dark$'
expect_output ' 8.000 s  the target is back$'
expect_output '^    arrived  *[0-9,]* '
expect_output '^  = accepted  *[0-9,]* '
expect_output '^  = settled  *[0-9,]* '
expect_output '^Latency  *p50 [0-9.]* ms  p90 .*  p99 .*  p99.9 .*  max '
expect_output 'source/orders/held'
expect_output 'target/queue/depth'
expect_output '^Digest [0-9a-f]\{16\} '
expect_output '^20 s of virtual time in '
[ ! -s err ] || fail "it complained: $(cat err)"
first=$(digest)

what="two runs have the same digest"
call run scenario.lua
[ "$(digest)" = "$first" ] || fail "$(digest) is not $first"

what="another seed has another digest, and its own seed the same"
call run scenario.lua --seed 4
[ "$(digest)" != "$first" ] || fail "it is the same"
call run scenario.lua --seed 3
[ "$(digest)" = "$first" ] || fail "$(digest) is not $first"

what="another value has another digest, and the default the same"
call run --set rate=200 scenario.lua
[ "$(digest)" != "$first" ] || fail "it is the same"
expect_output 'rate=200'
call run --set rate=100 scenario.lua
[ "$(digest)" = "$first" ] || fail "$(digest) is not $first"

what="--until ends earlier, and says so"
call run scenario.lua --until 6s
expect_status 0
expect_output "^6 s of virtual time (the scenario's duration is 20 s)"
expect_no_output 'the target is back'

what="--quiet prints the checks and the digest"
call run scenario.lua --quiet
expect_status 0
expect_output '^Digest '
expect_no_output 'A small system'

what="--ascii, and a locale without UTF-8, print ASCII only"
write_scenario 'tb.at("1s", "caf\u{e9}", function() end)'
call run scenario.lua --ascii
[ -z "$(LC_ALL=C tr -d '\0-\177' <out)" ] || fail "$(cat out)"
LC_ALL=C call run scenario.lua
[ -z "$(LC_ALL=C tr -d '\0-\177' <out)" ] || fail "$(cat out)"
call run scenario.lua
expect_output 'café'

what="nothing that a scenario says moves the cursor"
write_scenario 'tb.at("1s", "a\27[2Jb", function() print("c\27[2Jd") end)'
call run scenario.lua
expect_output 'a\\x1b\[2Jb'
if grep -q "$(printf '\033')" out err; then fail "an escape came through"; fi
grep -q 'c.*\[2Jd' err || fail "print() is not on stderr: $(cat err)"

what="print() does not mix with JSON"
call run scenario.lua --format json
[ "$(head -c 1 out)" = "{" ] || fail "it begins with $(head -n 1 out)"
grep -q 'c.*\[2Jd' err || fail "print() is not on stderr"

what="a check that fails makes the status 1 and names the first moment"
write_scenario 'tb.expect("the queue is never down", tb.measures["target/queue/depth"]:below(0))'
call run scenario.lua
expect_status 1
expect_output '✗ the queue is never down'
expect_output 'first at 1.000 s: target/queue/depth'
expect_output 'failed [0-9]* of [0-9]* times'

what="a check that holds makes the status 0"
write_scenario 'tb.expect("the queue is short", tb.measures["target/queue/depth"]:below(1e9))'
call run scenario.lua
expect_status 0
expect_output '✓ the queue is short'

what="JSON is one object, alone, with the core of the schema"
call run scenario.lua --format json
expect_status 0
python3 - out <<'END' || fail "it is not what it should be"
import json, sys
result = json.load(open(sys.argv[1]))
core = ["scenario", "title", "seed", "digest", "virtual_s", "wall_s", "events", "messages",
        "throughput_per_s", "latency_s", "checks", "measures", "params"]
assert list(result)[:len(core)] == core, list(result)
messages = result["messages"]
assert list(messages)[:7] == ["sent", "delivered", "lost", "duplicated", "dropped", "dead", "waiting"]
assert messages["sent"] == (
    messages["delivered"] + messages["lost"] + messages["dropped"] + messages["dead"]
    + messages["waiting"] + messages["turned_away"] + messages["refused"]
    + messages["lost_before_acceptance"]), messages
assert messages["sent"] > 1000
assert result["scenario"] == "scenario.lua" and result["seed"] == 3 and result["virtual_s"] == 20
check = result["checks"][0]
assert list(check)[:5] == ["name", "held", "evaluated", "first_violation_s", "message"]
assert check["held"] is True and check["first_violation_s"] is None
assert result["params"] == {"rate": 100}
assert isinstance(result["measures"]["target/queue/depth"], (int, float))
END

what="--out writes the files, and says where"
call run scenario.lua --out results
expect_status 0
expect_output '^Files in results$'
[ "$(ls results)" = "$(printf 'latency.hgrm\nseries.csv\nsummary.json')" ] || fail "$(ls results)"
[ "$(wc -l <results/series.csv)" -eq 21 ] || fail "the series has $(wc -l <results/series.csv) rows"
[ "$(find . -maxdepth 1 -name 'results*' | wc -l)" -eq 1 ] || fail "it left something behind"

what="--force replaces an earlier run"
call run scenario.lua --seed 9 --out results --force
expect_status 0
grep -q '"seed": 9' results/summary.json || fail "the old one is still there"

what="the files are there although a check failed"
write_scenario 'tb.expect("the queue is never down", tb.measures["target/queue/depth"]:below(0))'
call run scenario.lua --out failing
expect_status 1
[ -s failing/summary.json ] || fail "they are not"

what="a full disk behind stdout is an error"
status=0
"$program" run scenario.lua >/dev/full 2>err </dev/null || status=$?
expect_status 2
grep -q 'No space left' err || fail "$(cat err)"

what="a scenario is found from wherever it is called"
mkdir elsewhere
cd elsewhere
call run ../scenario.lua
expect_status 1
cd "$place"

what="a library that is not there is named"
mkdir empty
TAILBACK_DATA=$place/empty call run scenario.lua
expect_status 2
grep -q "$place/empty/lua" err || fail "$(cat err)"

finish
