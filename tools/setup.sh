# tools/setup.sh - what ./tailback, ./test and .ci/run share: install what is missing, then build.
#
# Sourced, never run. The caller has set `here` to the root of the checkout. Everything said goes to
# stderr; `stop` ends the caller with status 2.
#
# SPDX-License-Identifier: MIT
# shellcheck shell=sh

: "${here:?must be the root of the checkout}"

say() {
    printf 'tailback: %s\n' "$*" >&2
}

stop() {
    say "$@"
    exit 2
}

# Runs a command and shows what it printed only if it fails; its status is the function's.
run_quietly() {
    log=$(mktemp) || stop "cannot write to ${TMPDIR:-/tmp}"
    status=0
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

# Prints the packages of the given sections of packages.txt, on one line.
packages_of() {
    for wanted in "$@"; do
        while read -r section package _; do
            [ "$section" != "$wanted" ] || printf '%s ' "$package"
        done <"$here/tools/packages.txt"
    done
}

# Prints those of the given packages that dpkg does not know as installed.
missing_of() {
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600 "$@"
}

apt_install() {
    if [ -n "$(find /var/lib/apt/lists -name '*_Packages*' -print -quit 2>/dev/null)" ]; then
        # Lists that are out of date name packages that are gone: then ask for new ones.
        apt install --no-install-recommends "$@" && return
    fi
    apt update && apt install --no-install-recommends "$@"
}

# Installs the packages of the given sections that are missing.
install_missing() {
    # Lists of words from here on: package names hold no space.
    # shellcheck disable=SC2046
    set -- $(packages_of "$@")
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this system has no apt; what it needs has these names in Debian: $*"
        say "install their like, then build once by hand and come back:"
        stop "  meson setup --buildtype=release '$here/build' '$here'"
    fi
    # shellcheck disable=SC2046
    set -- $(missing_of "$@")
    [ $# -gt 0 ] || return 0

    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || stop "as root, please: apt-get install $*"
        as_root=sudo
        [ -t 0 ] || as_root='sudo -n' # nobody is there to type a password
    fi
    say "installing with apt-get: $*"
    run_quietly apt_install "$@" || stop "could not install; as root, please: apt-get install $*"
}

# Builds the target $2 in the folder $1, which is configured first, unless it is, with the options
# of meson that follow.
build_in() {
    folder=$1
    target=$2
    shift 2
    if [ -e "$folder/checkout" ] && [ "$(cat "$folder/checkout")" != "$here" ]; then
        rm -rf "$folder/build.ninja" "$folder/meson-private" # it was moved, and points to where it was
    fi
    if [ ! -e "$folder/build.ninja" ]; then
        run_quietly meson setup "$@" "$folder" "$here" || return
        printf '%s\n' "$here" >"$folder/checkout"
    fi
    run_quietly ninja -C "$folder" "$target"
}
