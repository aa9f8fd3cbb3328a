#!/bin/sh
# paranoid.sh - the unit tests in a build that checks every invariant after every event: about half an
# hour, in build-paranoid/.
#
# SPDX-License-Identifier: MIT
set -eu

cd "$(dirname -- "$(readlink -f -- "$0")")/../.."
export BUILD=build-paranoid MESON_OPTIONS=-Dparanoid=true PATIENCE=60
exec ./test unit
