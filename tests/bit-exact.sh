#!/bin/sh
# bit-exact - the same seed gives the same digest whatever compiled it and whatever runs it.
#
#   tests/bit-exact.sh          the reference run: compilers, levels of optimisation, C libraries
#   tests/bit-exact.sh --quick  the same at one level, and under musl, which must be there (for CI)
#   tests/bit-exact.sh --all    besides, the program on every scenario: gcc and clang, -O0 and -O3,
#                               with and without the processor's own instructions; and many
#                               runs of each with one job and with many
#
# A compiler that is not installed is left out, and said so (musl-gcc is in Debian's musl-tools).
# Exit status: 0 all digests agree, 1 one differs, 2 something could not be built.
#
# SPDX-License-Identifier: MIT
set -eu

here=$(cd -- "$(dirname -- "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# libm picks its code by the processor: these turn off what a lesser one has not.
plain='glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4,-AVX2_Usable,-FMA_Usable'

# Compares the digest $3 of $1, built or run as $2, with the first one of $1.
compare() {
    first=$work/first-$(printf '%s' "$1" | tr -c 'a-z0-9\n' '-')
    [ -e "$first" ] || printf '%s\n' "$3" >"$first"
    if [ -z "$3" ]; then
        printf '%-44s %-34s no digest\n' "$1" "$2"
        status=1
    elif [ "$(cat "$first")" = "$3" ]; then
        printf '%-44s %-34s %s\n' "$1" "$2" "$3"
    else
        printf '%-44s %-34s %s  DIFFERS\n' "$1" "$2" "$3"
        status=1
    fi
}

reference() {
    compiler=$1
    shift
    if ! command -v "$compiler" >/dev/null; then
        printf '%-44s %-34s left out: not installed\n' reference "$compiler"
        return
    fi
    # shellcheck disable=SC2086 # a list of files
    "$compiler" -std=gnu17 -ffp-contract=off -DSIM_PARANOID=0 "$@" -I"$here" -o "$work/reference" \
        "$here/tests/reference/reference.c" "$here"/sim/*.c $pure_models -lm || exit 2
    compare reference "$compiler $*" "$("$work/reference")"
}

# What the reference run needs of models/: the queue and no file of the machine's own.
pure_models=
for file in "$here"/models/pc_*.c; do
    pure_models="$pure_models $file"
done
for name in deadlines horizon index outbox pending pool producer_consumer; do
    [ ! -e "$here/models/$name.c" ] || pure_models="$pure_models $here/models/$name.c"
done

if [ "${1-}" = --quick ]; then
    command -v musl-gcc >/dev/null || {
        echo "musl-gcc is missing: apt-get install musl-tools" >&2
        exit 2
    }
    reference gcc -O2
    reference musl-gcc -O1 -static
    exit $status
fi

for level in -O0 -O2 -O3; do
    reference gcc $level
    reference clang $level
done
reference gcc -O3 -march=native
reference clang -O3 -march=native
reference musl-gcc -O2 -static

[ "${1-}" = --all ] || exit $status

program() {
    label=$1
    shift
    if ! meson setup -Dwerror=false "$@" "$work/build" "$here" >"$work/log" 2>&1 ||
        ! ninja -C "$work/build" cli/tailback >"$work/log" 2>&1; then
        cat "$work/log"
        exit 2
    fi
    for scenario in "$here"/scenarios/*/*.lua; do
        name=${scenario#"$here/scenarios/"}
        digest=$("$work/build/cli/tailback" run --quiet "$scenario" | sed -n 's/^Digest \([0-9a-f]*\).*/\1/p')
        compare "$name" "$label" "$digest"
        digest=$(GLIBC_TUNABLES=$plain "$work/build/cli/tailback" run --quiet "$scenario" |
            sed -n 's/^Digest \([0-9a-f]*\).*/\1/p')
        compare "$name" "$label, plain libm" "$digest"
        for jobs in 1 3; do
            digest=$("$work/build/cli/tailback" run --quiet --replications 3 --jobs $jobs --until 5s "$scenario" |
                sed -n 's/^Digest \([0-9a-f]*\).*/\1/p')
            compare "$name, 3 runs" "$label, $jobs jobs" "$digest"
        done
    done
    rm -rf "$work/build"
}

for compiler in gcc clang; do
    for level in 0 3; do
        CC=$compiler program "$compiler -O$level" --buildtype=plain "-Dc_args=-O$level"
    done
    CC=$compiler program "$compiler -O3 native" --buildtype=plain "-Dc_args=-O3 -march=native"
done
exit $status
