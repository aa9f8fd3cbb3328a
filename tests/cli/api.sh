#!/bin/sh
# api.sh PROGRAM - `tailback api`: looks up what a scenario can call.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

what="api NAME shows a function, then the fields that it takes"
call api tb.link
expect_status 0
expect_output '^tb.link(a, b, fields)$'
expect_output '^  Joins two data centres'
expect_output '^tb.link takes these fields$'
expect_output '^  mode?  "stream"|"datagram"$'
[ "$(sed -n 1p out)" = "tb.link(a, b, fields)" ] || fail "the fields came first: $(cat out)"

what="the last word of a name is enough"
cp out whole
call api link
cmp -s out whole || fail "$(cat out)"

what="what a scenario writes, dc:queue, is found"
call api dc:queue
expect_output '^datacenter:queue(fields)$'
expect_output '^  single_active?  boolean$'

what="every function and value of the annotations is listed without a name"
call api
expect_status 0
data=$(dirname -- "$program")/../share/tailback/lua/annotations
sed -n 's/^function \([a-z_.:]*\)(.*/\1/p' "$data/tailback.lua" >names
while IFS= read -r name; do
    expect_output "^  $name\\b"
done <names
[ -s names ] || fail "the annotations have no functions"

what="another word lists what speaks of it"
call api redelivery
expect_status 0
expect_output '^  dc:queue$'

what="a misspelt name is told which was meant"
call api prducer
expect_status 2
grep -q "^tailback: nothing is called 'prducer', did you mean producer?" err || fail "$(cat err)"
call api zzzzzzzz
expect_status 2
grep -q "tailback api lists everything" err || fail "$(cat err)"

what="--ascii prints nothing beyond ASCII, and no line is wider than 100 columns"
call api --ascii
! LC_ALL=C grep -q '[^ -~]' out || fail "$(LC_ALL=C grep '[^ -~]' out)"
[ "$(awk 'length > 100' out)" = "" ] || fail "$(awk 'length > 100' out)"

what="one name at a time"
call api tb.link tb.at
expect_status 2
grep -q "'tb.at' is one too many" err || fail "$(cat err)"

finish
