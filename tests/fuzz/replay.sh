#!/bin/sh
# replay.sh TARGET FOLDER... - calls a fuzz target with each file of its corpus.
#
# SPDX-License-Identifier: MIT
set -eu
target=$1
shift
for folder in "$@"; do
    "$target" "$folder"/*
done
