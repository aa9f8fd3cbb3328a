#!/usr/bin/env bash
# tests/spin/run.sh MODEL VARIANT... -- MUTANT... - every state of a model, by spin: in the model, and
# in each variant of it, no assertion fails and its ltl formula holds under weak fairness; and each
# mutant is found wrong. Variants and mutants are macros to be defined; several at once are joined by
# commas. Ends with status 0 if all is so.
#
# SPDX-License-Identifier: MIT
set -euo pipefail

model=$(realpath "$1")
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Prints the number of errors that spin finds with these macros.
count_errors() {
    local -a definitions=()
    [ -z "$1" ] || read -ra definitions <<<"-D${1//,/ -D}"
    spin -a "${definitions[@]}" "$model" >/dev/null
    gcc -O2 -w -DNFAIR=4 -o verify pan.c
    ./verify -a -f -m1000000 | sed -n 's/.*errors: \([0-9]*\).*/\1/p'
}

variants=('')
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
    variants+=("$1")
    shift
done
shift
[ "$#" -gt 0 ] || { echo "there is no mutant" && exit 1; }
for variant in "${variants[@]}"; do
    found=$(count_errors "$variant")
    [ "$found" = 0 ] || { echo "the model fails: $found errors ${variant:+with $variant}" && exit 1; }
done
for mutant in "$@"; do
    found=$(count_errors "$mutant")
    [[ $found =~ ^[1-9] ]] || { echo "mutant $mutant was not found" && exit 1; }
done
echo "the model holds, $((${#variants[@]} - 1)) variants of it too, and all $# mutants were found"
