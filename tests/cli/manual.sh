#!/bin/sh
# manual.sh PROGRAM - the manual page says what the program can do, and nothing that it cannot.
#
# SPDX-License-Identifier: MIT
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
# shellcheck source=tests/cli/common.sh
. "$here/common.sh"
manual=$here/../../docs/tailback.1

# Prints the names of the commands.
commands() {
    "$program" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\).*/\1/p'
}

# Prints the options of all commands, one a line.
options() {
    for command in $(commands); do
        "$program" "$command" --help
    done | grep -o -e '--[a-z]*' | sort -u
}

what="each command is in the manual"
for command in $(commands); do
    grep -q "^\.Cm $command\$" "$manual" || fail "not $command in the synopsis"
    grep -q "^\.It Cm $command" "$manual" || fail "not $command in the description"
done

what="each option is in the manual"
for option in $(options); do
    grep -q "^\.It Fl Fl ${option#--}" "$manual" || fail "not $option"
done

what="the manual has no other commands and options"
said_commands=$(sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' "$manual")
for command in $said_commands; do
    commands | grep -qx "$command" || fail "there is no $command"
done
said_options=$(sed -n 's/^\.It Fl Fl \([a-z]*\).*/--\1/p' "$manual")
for option in $said_options; do
    [ "$option" = --version ] || options | grep -qxe "$option" || fail "there is no $option"
done

what="the manual is well formed"
if command -v mandoc >/dev/null; then
    complaints=$(mandoc -T lint -W warning "$manual") || fail "$complaints"
fi

finish
