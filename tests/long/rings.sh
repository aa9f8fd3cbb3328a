#!/bin/sh
# rings.sh - the rings for real threads, longer than CI may: every execution of two against two with at
# most three preemptions and 10,000,000 random ones of three against three (relacy); 1,000,000 recorded
# histories of each ring and 10,000,000 snapshots of an mvc, checked for linearizability; 1,000,000,000
# operations watched by ThreadSanitizer. Takes hours, in build-rings/.
#
# SPDX-License-Identifier: MIT
set -eu

cd "$(dirname -- "$(readlink -f -- "$0")")/../.."
build='build-rings'
[ -d "$build" ] || meson setup "$build" --buildtype=release >/dev/null
ninja -C "$build" tests/relacy/relacy_mpmc tests/relacy/relacy_point_to_point \
    tests/linearizability/test_mpmc_history tests/linearizability/test_point_to_point_history \
    tests/linearizability/test_mvc_history tests/tsan/test_tsan_rings tests/tsan/test_tsan_mvc >/dev/null
"$build/tests/relacy/relacy_point_to_point" 4
"$build/tests/relacy/relacy_mpmc" 3 10000000 2
"$build/tests/linearizability/test_point_to_point_history" 1000000
"$build/tests/linearizability/test_mpmc_history" 1000000
"$build/tests/linearizability/test_mvc_history" 10000000
TSAN_OPTIONS=halt_on_error=1 "$build/tests/tsan/test_tsan_mvc" 10000000
TSAN_OPTIONS=halt_on_error=1 "$build/tests/tsan/test_tsan_rings" 1000000000
