#!/bin/sh
# watch.sh PROGRAM - `tailback run --watch`: again whenever the file is saved.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

# Waits up to ten seconds until the file $2 has $1 lines with the text $3.
await() {
    tries=0
    while [ "$(grep -c -e "$3" "$2")" -lt "$1" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 200 ]; then
            fail "there are not $1 times '$3' in: $(cat "$2")"
            return
        fi
        sleep 0.05
    done
}

write_scenario ''
: >out
: >err
"$program" run scenario.lua --quiet --watch >out 2>err &
watcher=$!
trap 'kill "$watcher" 2>/dev/null || true; rm -rf -- "$place"' EXIT

what="--watch runs at once, and then waits"
await 1 err "waiting until scenario.lua is saved"
await 1 out "^Digest"

what="saving the file runs it again"
sed 's/seed = 3/seed = 4/' scenario.lua >edited.txt
cp edited.txt scenario.lua
await 2 err "waiting until scenario.lua is saved"
await 2 out "^Digest"
[ "$(grep "^Digest" out | sort -u | wc -l)" -eq 2 ] || fail "it ran the old file: $(cat out)"

what="an editor that puts another file in its place runs it again"
sed 's/seed = 3/seed = 5/' edited.txt >fresh
mv fresh scenario.lua
await 3 err "waiting until scenario.lua is saved"

what="a mistake is told, and the watch goes on"
echo "tb.oops()" >>scenario.lua
await 4 err "waiting until scenario.lua is saved"
grep -q "scenario.lua:.*oops" err || fail "$(cat err)"

what="another file that is saved there is not its business"
echo hello >notes.txt
sleep 0.3
[ "$(grep -c waiting err)" -eq 4 ] || fail "it ran again: $(cat err)"

what="a signal ends it with the signal's status"
kill -TERM "$watcher"
status=0
wait "$watcher" || status=$?
expect_status 143

what="with --out it needs --force"
call run scenario.lua --watch --out results
expect_status 2
grep -q -e "--out results needs --force too" err || fail "$(cat err)"

finish
