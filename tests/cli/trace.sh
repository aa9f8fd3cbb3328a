#!/bin/sh
# trace.sh PROGRAM - `tailback run --trace`: what happened to every message, as docs/trace.md says.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

write_scenario ''
what="--trace bin puts trace.bin beside the other files, and the run is the same"
call run scenario.lua --quiet
digest=$(sed -n 's/^Digest \([0-9a-f]*\).*/\1/p' out)
call run scenario.lua --quiet --out bin --trace bin
expect_status 0
expect_output "^Digest $digest "
[ "$(ls bin)" = "$(printf '%s\n' latency.hgrm series.csv summary.json trace.bin)" ] || fail "$(ls bin)"

what="trace.bin is what the document says, and adds up to the summary"
python3 - bin <<'END' || fail "it is not"
import collections, json, struct, sys
folder = sys.argv[1]
data = open(folder + "/trace.bin", "rb").read()
summary = json.load(open(folder + "/summary.json"))
magic, version, size, count, at, length, digest, zero = struct.unpack_from("<16sIIQQQQQ", data)
assert magic == b"tailback trace\n\0" and (version, size, zero) == (1, 24, 0)
assert at == 64 + 24 * count and at + length == len(data)
assert "%016x" % digest == summary["digest"]
nodes = [line.split("\t") for line in data[at:].decode().splitlines()]
assert ["source", "orders", "producer"] in nodes, nodes
last, kinds = 0, collections.Counter()
for time, message, node, kind in struct.iter_unpack("<qQII", data[64:at]):
    assert time >= last and (node < len(nodes) or node == 2 ** 32 - 1)
    last = time
    kinds[kind] += 1
said = summary["messages"]

assert kinds[22] == said["delivered"] + said["duplicated"], (kinds, said)
assert kinds[16] + kinds[17] + kinds[18] == said["sent"]
assert kinds[0] == 2 and kinds[1] == 2 + len(nodes)  # the queue and the clerk
END

what="--trace json puts trace.json there, in the Trace Event Format"
call run scenario.lua --quiet --out json --trace json
expect_status 0
[ "$(ls json)" = "$(printf '%s\n' latency.hgrm series.csv summary.json trace.json)" ] || fail "$(ls json)"
python3 - json <<'END' || fail "it is not"
import json, sys
folder = sys.argv[1]
trace = json.load(open(folder + "/trace.json"))
summary = json.load(open(folder + "/summary.json"))
assert trace["otherData"]["digest"] == summary["digest"] and trace["displayTimeUnit"] in ("ms", "ns")
open_spans, settled, last, named = set(), 0, 0.0, set()
for event in trace["traceEvents"]:
    assert isinstance(event["pid"], int) and isinstance(event["tid"], int)
    assert isinstance(event["ts"], (int, float)) and isinstance(event["name"], str)
    phase = event["ph"]
    if phase == "M":
        assert event["name"] in ("process_name", "thread_name") and event["args"]["name"]
        named.add((event["pid"], event["tid"]))
        continue
    assert phase in "bne" and event["cat"] and event["id"].startswith("0x")
    assert event["ts"] >= last and (event["pid"], event["tid"]) in named
    last = event["ts"]
    span = event["cat"], event["id"], event["name"]
    if phase == "b":
        assert span not in open_spans
        open_spans.add(span)
    elif phase == "e":
        open_spans.remove(span)
    settled += event["name"] == "settled"
said = summary["messages"]
assert settled == said["delivered"] + said["duplicated"]
assert len([1 for span in open_spans if span[0] == "message"]) == said["waiting"] + said["lost"]
END

what="a trace is a file of --out"
call run scenario.lua --trace json
expect_status 2
grep -q -e "--trace json: it is a file of --out, which is not given" err || fail "$(cat err)"

what="a trace is of one run"
call run scenario.lua --trace bin --out many --replications 2
expect_status 2
grep -q -e "--trace bin: it is of one run, not of --replications" err || fail "$(cat err)"

what="there are two forms"
call run scenario.lua --trace xml --out xml
expect_status 2
grep -q -e "--trace xml: a trace is bin or json" err || fail "$(cat err)"
[ "$(find xml many 2>/dev/null)" = "" ] || fail "something was written"

finish
