#!/bin/sh
# fresh-machine.sh - do the two commands of the README work where nothing is prepared?
#
# Makes a Debian 12 with a shell, git and apt in a folder of its own, clones the checkout into it, and
# gives both commands there. Needs root, a few minutes, 3 GB in $TMPDIR, and whatever way to a Debian
# mirror this machine has: the mirror, proxies and certificates are those of its own apt (MIRROR
# names another mirror). Leaves nothing behind. Exit status: 0 both work, 1 one does not.
#
# SPDX-License-Identifier: MIT
set -eu

here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
# shellcheck source=tools/setup.sh
. "$here/tools/setup.sh"

[ "$(id -u)" -eq 0 ] || stop "tests/fresh-machine.sh needs root: it makes a system in a folder"
install_missing machine
[ -z "$(git -C "$here" status --porcelain)" ] || say "note: what is not committed is not tested"

machine=$(mktemp -d)
# The mounts below live in a namespace that ends before this: there is nothing but files to remove.
trap 'rm -rf --one-file-system -- "$machine"' EXIT
trap 'exit 2' HUP INT TERM

# Prints the first address of a Debian archive that this machine's apt is told of.
find_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        sed -n '/^deb \|^URIs:/s/.*[ :]\(https\{0,1\}:[^ ]*\/debian\)\/\{0,1\}\( .*\)\{0,1\}$/\1/p' | head -n 1
}

# Gives the new machine this one's way to the mirror.
copy_access() {
    apt-config dump | grep -E '^Acquire::(https?|Retries|Check-)' >"$machine/etc/apt/apt.conf.d/99access" || true
    for file in /etc/apt/auth.conf /etc/apt/auth.conf.d /etc/resolv.conf /etc/hosts /usr/local/share/ca-certificates; do
        [ ! -e "$file" ] || cp -rL "$file" "$machine/${file%/*}/"
    done
    chroot "$machine" update-ca-certificates >/dev/null 2>&1
}

# Runs a command in the clone on the new machine, with nothing of this one's environment but the proxies.
on_machine() {
    # shellcheck disable=SC2016 # expanded by the inner shells
    env -i HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} \
        unshare --mount --pid --fork --kill-child sh -c '
            mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" &&
                mount -t devpts devpts "$0/dev/pts" || exit 2
            exec chroot "$0" sh -c "cd /root/tailback && exec \"\$@\"" sh "$@"
        ' "$machine" "$@" </dev/null
}

# Runs a command of the README on the new machine; $1 says what is expected of it.
expect() {
    what=$1
    shift
    say "on the new machine: $*"
    if on_machine "$@"; then
        say "ok: $what"
    else
        say "FAILED with status $?: $what"
        exit 1
    fi
}

say "making a new Debian 12 ..."
mirror=${MIRROR:-$(find_mirror)}
run_quietly debootstrap --variant=minbase --include=git,ca-certificates bookworm "$machine" ${mirror:+"$mirror"} ||
    stop "debootstrap failed"
copy_access
git clone --quiet --no-local "$here" "$machine/root/tailback"

# shellcheck disable=SC2016 # expanded on the new machine
expect "it has no compiler, no meson and no python" \
    sh -c '! command -v cc && ! command -v gcc && ! command -v meson && ! command -v python3'
expect "the scenario runs" ./tailback run scenarios/billing/datacenter-failure.lua
expect "it runs again with nothing to install or to build" \
    sh -c '! ./tailback run scenarios/billing/datacenter-failure.lua 2>&1 >/dev/null | grep -E "installing|building"'
expect "the tests pass" ./test
say "both commands work on a new machine"
