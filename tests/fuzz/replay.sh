#!/bin/sh
# replay.sh TARGET FOLDER - calls a fuzz target with each file of its corpus.
#
# SPDX-License-Identifier: MIT
set -eu
exec "$1" "$2"/*
