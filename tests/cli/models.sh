#!/bin/sh
# models.sh PROGRAM - `tailback models`: what each queue model and its stores can do.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

what="models has a column for each model"
call models
expect_status 0
expect_output '^  *point_to_point  *producer_consumer  *publish_subscribe  *mvc$'
expect_output '^  memory  *yes  *yes  *yes  *yes$'
expect_output '^  journal  *-  *yes  *yes  *-$'
expect_output '^  drop_oldest  *-  *yes  *yes  *-$'
expect_output '^  replay  *-  *-  *yes  *-$'
[ ! -s err ] || fail "it complained: $(cat err)"

what="models fits into a terminal of 100 columns, and is ASCII"
[ "$(LC_ALL=C awk 'length > 100' out)" = "" ] || fail "$(awk 'length > 100' out)"
! LC_ALL=C grep -q '[^ -~]' out || fail "$(LC_ALL=C grep '[^ -~]' out)"

what="models has the same as JSON"
cp out text
call models --format json
expect_status 0
python3 - out text <<'END' || fail "it is not what it should be: $(cat out)"
import json, sys
models = json.load(open(sys.argv[1]))["models"]
names = [model["name"] for model in models]
assert names == ["point_to_point", "producer_consumer", "publish_subscribe", "mvc"], names
for line in open(sys.argv[2]):
    words = line.split()
    if len(words) == 5 and set(words[1:]) <= {"yes", "-"}:
        for model, word in zip(models, words[1:]):
            claimed = model["stores"] + model["when_full"] + model["features"]
            assert (words[0] in claimed) == (word == "yes"), (words, model["name"])
assert "journal" in models[2]["stores"] and models[3]["when_full"] == ["reject"]
END

what="models takes no arguments"
call models mvc
expect_status 2
grep -q "^tailback: tailback models takes no arguments, but was given 'mvc'" err || fail "$(cat err)"

what="models knows two formats"
call models --format xml
expect_status 2
grep -q -e "--format=xml is neither text nor json" err || fail "$(cat err)"

finish
