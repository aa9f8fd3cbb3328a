#!/bin/bash
# hostile.sh PROGRAM - scenarios that mean harm: each ends with the status and the message that its last
# line says, soon, and without a byte that a terminal would obey.
#
# The files of tests/scenarios-hostile/ end with a line "-- ends STATUS" or "-- ends 2: what is said".
#
# SPDX-License-Identifier: MIT
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
# shellcheck source=tests/cli/common.sh
. "$here/common.sh"
cp "$here"/../scenarios-hostile/*.lua .

# Runs one; prints what is wrong with how it ends, if anything.
try() {
    local file=$1 name=${1%.lua} last status=0 expected said
    last=$(tail -n 1 "$file")
    last=${last#-- ends }
    timeout 60 "$program" run "$file" --quiet >"$name.out" 2>"$name.err" </dev/null || status=$?
    expected=${last%%:*}
    said=${last#*: }
    [ "$status" = "$expected" ] || echo "$file: status $status, not $expected: $(tail -n 3 "$name.err")"
    [ "$expected" = "$last" ] || grep -qF -e "$said" "$name.err" ||
        echo "$file: not '$said' but: $(tail -n 3 "$name.err" | cut -c 1-300)"
    ! LC_ALL=C grep -q $'[\001-\010\013-\037]' "$name.out" "$name.err" ||
        echo "$file: it got control characters through"
}

what="each hostile scenario ends as it says"
for file in *.lua; do
    try "$file"
done >wrong
[ ! -s wrong ] || fail "$(cat wrong)"

what="there are many of them"
[ "$(printf '%s\n' *.lua | wc -l)" -ge 100 ] || fail "only $(printf '%s\n' *.lua | wc -l)"

finish
