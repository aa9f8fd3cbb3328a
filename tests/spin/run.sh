#!/usr/bin/env bash
# tests/spin/run.sh MODEL - every state of a model, by spin: no assertion fails and its ltl formula
# holds under weak fairness; and two mutants of it are found wrong. Ends with status 0 if all is so.
#
# SPDX-License-Identifier: MIT
set -euo pipefail

model=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Prints the number of errors that spin finds with these definitions.
count_errors() {
    spin -a "$@" "$model" >/dev/null
    gcc -O2 -w -DNFAIR=3 -o verify pan.c
    ./verify -a -f -m1000000 | sed -n 's/.*errors: \([0-9]*\).*/\1/p'
}

sound=$(count_errors)
[ "$sound" = 0 ] || { echo "the model fails: $sound errors" && exit 1; }
for mutant in -DBOUND=5 -DSHOW_EARLY; do
    found=$(count_errors "$mutant")
    [ "$found" != 0 ] || { echo "mutant $mutant was not found" && exit 1; }
done
echo "the model holds, and both mutants were found"
