#!/bin/bash
# run.sh SECONDS [TARGET...] - fuzzes each target for so long, two at a time, in a build of its own with
# the sanitizers; what is found is left in build-fuzz/found/.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname -- "$(readlink -f -- "$0")")/../.."
[ $# -ge 1 ] || { echo "Usage: tests/fuzz/run.sh SECONDS [TARGET...]" >&2; exit 2; }
seconds=$1
shift
[ -d build-fuzz ] || CC=clang meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined \
    -Db_lundef=false -Dviz=disabled -Dbuildtype=debugoptimized
[ $# -gt 0 ] || set -- api arguments journal recording scenario trace
ninja -C build-fuzz "${@/#/tests/fuzz/fuzz_}"
mkdir -p build-fuzz/found
export TAILBACK_LUA=$PWD/lua ASAN_OPTIONS=detect_leaks=0

# Fuzzes the target $1, and says what came of it.
fuzz() {
    mkdir -p "build-fuzz/corpus-$1"
    if "build-fuzz/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
        -close_fd_mask=3 -print_final_stats=1 -artifact_prefix="build-fuzz/found/$1-" \
        "build-fuzz/corpus-$1" "tests/fuzz/corpus/$1" lua/templates >"build-fuzz/$1.log" 2>&1; then
        echo "$1: nothing found, $(sed -n 's/^stat::number_of_executed_units: *//p' "build-fuzz/$1.log") runs"
    else
        echo "$1: FOUND something: build-fuzz/found/$1-..., build-fuzz/$1.log"
        return 1
    fi
}

status=0
for target in "$@"; do
    [ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n || status=1
    fuzz "$target" &
done
for job in $(jobs -p); do
    wait "$job" || status=1
done
exit "$status"
