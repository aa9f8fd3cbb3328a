#!/bin/sh
# bench/run.sh [NAME...] - installs what the benchmarks compare with, builds a release in build-bench/,
# and runs the benchmarks: those that are named (queues, journal, mm1, fel, ...), or queues and journal.
#
# Exit status: 0 they ran, 2 they could not be built. Whether a bar is met is in their tables.
#
# SPDX-License-Identifier: MIT
set -eu

here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
# shellcheck source=tools/setup.sh
. "$here/tools/setup.sh"

[ "$#" -gt 0 ] || set -- queues journal

# Only these two compare with others; the rest is built without them.
sections=run
targets=
for name in "$@"; do
    case $name in
    queues | journal) sections="run bench" targets=all ;;
    jobs) targets="$targets cli/tailback" ;;
    *) targets="$targets bench/bench_$name" ;;
    esac
done
case $targets in *all*) targets=all ;; esac
# shellcheck disable=SC2086 # lists
install_missing $sections
say "building the benchmarks in build-bench ..."
for target in $targets; do
    build_in "$here/build-bench" "$target" --buildtype=release -Db_lto=true || stop "the build failed; its output is above"
done
exec meson test -C "$here/build-bench" --no-rebuild --benchmark --verbose "$@"
