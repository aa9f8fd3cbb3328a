#!/bin/sh
# install.sh - does what `meson install` leaves in a prefix run, with nothing else in reach?
#
# Usage: install.sh PROGRAM, the program where it was built. Builds a copy of the source, installs it,
# removes copy and build, moves the prefix, and runs a scenario from there: the run must be that of
# PROGRAM.
#
# SPDX-License-Identifier: MIT
set -eu

program=$(readlink -f -- "$1")
here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
    echo "install: $*" >&2
    exit 1
}

# Runs a command that has something to say only if it fails.
quietly() {
    "$@" >"$place/log" 2>&1 </dev/null || {
        cat "$place/log" >&2
        fail "failed: $*"
    }
}

# Prints the digest of a run of the scenario $2 by the program $1, which knows nothing but its own place.
digest_of() {
    env -i HOME="$place" PATH=/usr/bin:/bin "$1" run "$2" --format json </dev/null |
        sed -n 's/.*"digest" *: *"\{0,1\}\([^",]*\).*/\1/p'
}

mkdir "$place/source"
tar -C "$here" -cf - --exclude=./.git --exclude='./build*' . | tar -C "$place/source" -xf -
quietly meson setup --buildtype=release -Dwerror=false --prefix="$place/prefix" "$place/build" "$place/source"
quietly ninja -C "$place/build" program
quietly meson install -C "$place/build" --no-rebuild
rm -rf "$place/source" "$place/build"
mv "$place/prefix" "$place/moved"

cd /
scenario=share/tailback/scenarios/billing/datacenter-failure.lua
[ -f "$place/moved/$scenario" ] || fail "the scenarios are not there"
[ -f "$place/moved/share/man/man1/tailback.1" ] || fail "the manual page is not there"
[ -f "$place/moved/share/zsh/site-functions/_tailback" ] || fail "the completion for zsh is not there"
[ -f "$place/moved/share/tailback/lua/templates/mvc.lua" ] || fail "the templates of new scenarios are not there"
[ "$("$place/moved/bin/tailback" --version)" = "$("$program" --version)" ] || fail "another version"

there=$(digest_of "$place/moved/bin/tailback" "$place/moved/$scenario")
[ -n "$there" ] || fail "the installed program does not run"
[ "$there" = "$(digest_of "$program" "$here/scenarios/billing/datacenter-failure.lua")" ] ||
    fail "the installed program runs otherwise than the one that was built"
echo "the installed program runs: $there"
