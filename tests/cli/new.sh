#!/bin/sh
# new.sh PROGRAM - `tailback new`: a scenario to begin from.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

templates=$(dirname -- "$program")/../share/tailback/lua/templates
for template in "$templates"/*.lua; do
    name=$(basename -- "$template" .lua)
    case $name in
    point_to_point | producer_consumer | publish_subscribe | mvc) kind=model ;;
    *) kind=system ;;
    esac
    what="new --$kind $name writes a scenario that runs, and whose checks hold"
    call new "$name.lua" "--$kind" "$name"
    expect_status 0
    expect_output "tailback run $name.lua"
    call run "$name.lua" --quiet
    expect_status 0
    [ "$(grep -c '^-- ' "$name.lua")" -ge 6 ] || fail "it has hardly a comment"
done

what="a model is begun from when nothing is said"
call new plain.lua
expect_status 0
cmp -s plain.lua "$templates/producer_consumer.lua" || fail "it is another template"

what="a file that exists is left alone"
echo precious >mine.lua
call new mine.lua
expect_status 2
grep -q "^tailback: mine.lua exists, and is left alone" err || fail "$(cat err)"
[ "$(cat mine.lua)" = precious ] || fail "it was overwritten"

what="what there is no template of is named, with what was meant"
call new other.lua --system biling
expect_status 2
grep -q -e "--system biling: there is none, did you mean billing?" err || fail "$(cat err)"
call new other.lua --model xyz
expect_status 2
grep -q -e "--model xyz: there is none; there are mvc, point_to_point, producer_consumer, publish_subscribe" err ||
    fail "$(cat err)"
[ ! -e other.lua ] || fail "a file was written"

what="a folder that is not there is named"
call new nowhere/mine.lua
expect_status 2
grep -q "cannot write nowhere/mine.lua: No such file or directory" err || fail "$(cat err)"

what="a scenario's name ends with .lua"
call new mine
expect_status 2
grep -q "mine: a scenario's name ends with .lua" err || fail "$(cat err)"

finish
