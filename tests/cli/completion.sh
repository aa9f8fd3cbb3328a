#!/bin/bash
# completion.sh PROGRAM - what the tab key offers in bash.
#
# SPDX-License-Identifier: MIT
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
# shellcheck source=tests/cli/common.sh
. "$here/common.sh"
# shellcheck source=cli/tailback.bash
. "$here/../../cli/tailback.bash"

# What is offered at the end of the line $1, sorted, with a space after each, is $2.
expect_offer() {
    local offer
    what="the offer after '$1'"
    COMP_LINE="$program ${1-}"
    COMP_POINT=${#COMP_LINE}
    _tailback || true
    offer=$(printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"} | LC_ALL=C sort | tr '\n' ' ')
    [ "$offer" = "$2" ] || fail "is '$offer', not '$2'"
}

write_scenario 'tb.param("store", { default = "memory", choices = { "memory", "journal" } })'
mkdir folder
touch notes.txt folder/other.lua

expect_offer "" "--help --version api check help list models new run view "
expect_offer "r" "run "
expect_offer "help ch" "check "
expect_offer "run " "folder scenario.lua "
expect_offer "run folder/" "folder/other.lua "
expect_offer "run --re" "--replications= "
expect_offer "run --f" "--force --format= "
expect_offer "run --format " "json text "
expect_offer "run --format=j" "json "
expect_offer "check --format " "json params text "
expect_offer "run --seed " " "
expect_offer "run --out " "folder "
expect_offer "run scenario.lua --set " "rate= store= "
expect_offer "run scenario.lua --set st" "store= "
expect_offer "run scenario.lua --set store=" "memory "
expect_offer "run scenario.lua --set=ra" "rate= "
expect_offer "run scenario.lua --set=rate=" "100 "
expect_offer "run nowhere.lua --set " " "
expect_offer "xyzzy --" " "

what="each option of run can be completed"
for option in $("$program" run --help | grep -o -e '--[a-z]*' | sort -u); do
    COMP_LINE="$program run $option"
    COMP_POINT=${#COMP_LINE}
    _tailback || true
    [ "${#COMPREPLY[@]}" -ge 1 ] || fail "not $option"
done

what="a script that would build is not called"
printf '#!/bin/sh\ntouch "%s/called"\n' "$place" >tailback
chmod +x tailback
program=$place/tailback
expect_offer "" " "
[ ! -e called ] || fail "it was"

finish
