#!/bin/sh
# completion-zsh.sh PROGRAM - what the tab key offers in zsh; skipped where there is none.
#
# SPDX-License-Identifier: MIT
set -eu
command -v zsh >/dev/null || exit 77
here=$(dirname -- "$(readlink -f -- "$0")")
# shellcheck source=tests/cli/common.sh
. "$here/common.sh"

# What is offered at the end of the line $1, sorted, with a space after each, is $2.
expect_offer() {
    what="the offer after '$1'"
    offer=$(zsh -f "$here/completion.zsh" "$program" "$place" "tailback $1" | tr '\n' ' ')
    [ "$offer" = "$2" ] || fail "is '$offer', not '$2'"
}

write_scenario 'tb.param("store", { default = "memory", choices = { "memory", "journal" } })'
expect_offer "ru" "run "
expect_offer "help mod" "models "
expect_offer "run " "scenario.lua "
expect_offer "run --re" "--replications "
expect_offer "run --format=" "json text "
expect_offer "run scenario.lua --set " "rate store "
expect_offer "run scenario.lua --set=store=" "memory "

finish
