#!/bin/sh
# full-disk.sh PROGRAM - a disk that is too small for --out is an error, not half a result.
#
# Needs a file system of a few pages, so the right to mount one; where there is none it is skipped.
#
# SPDX-License-Identifier: MIT
set -eu

if [ "${2-}" != mounted ]; then
    unshare --mount true 2>/dev/null || exit 77
    exec unshare --mount "$0" "$1" mounted
fi
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

write_scenario ""
mkdir disk
mount -t tmpfs -o size=8k tmpfs disk 2>/dev/null || exit 77
trap 'umount "$place/disk"; rm -rf -- "$place"' EXIT

what="a full disk is an error"
call run scenario.lua --out disk/results
expect_status 2
grep -q 'No space left' err || fail "$(cat err)"

what="the summary is printed all the same"
expect_output '^Digest '
expect_no_output '^Files in'

what="nothing is left behind"
[ -z "$(ls -A disk)" ] || fail "$(ls -AR disk)"

finish
