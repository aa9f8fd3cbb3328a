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

install_missing run bench
say "building the benchmarks in build-bench ..."
build_in "$here/build-bench" all --buildtype=release -Db_lto=true || stop "the build failed; its output is above"
[ "$#" -gt 0 ] || set -- queues journal
exec meson test -C "$here/build-bench" --no-rebuild --benchmark --verbose "$@"
