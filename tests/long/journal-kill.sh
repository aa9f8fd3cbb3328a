#!/bin/sh
# journal-kill.sh - is a confirmed message ever lost when the process that holds it is killed?
#
# Kills a queue on a journal on real files 10,000 times in the middle of its work, and looks each time
# for what had been confirmed. Takes five to ten minutes. Exit status: 0 nothing was ever lost.
#
# SPDX-License-Identifier: MIT
set -eu

here=$(dirname -- "$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")")
cd "$here"
build=$(mktemp -d)
trap 'rm -rf -- "$build"' EXIT
trap 'exit 2' HUP INT TERM

meson setup "$build" >"$build/log"
ninja -C "$build" tests/test_models_journal_kill >>"$build/log"
"$build/tests/test_models_journal_kill" 10000
