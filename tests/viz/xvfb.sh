#!/bin/sh
# xvfb.sh VIEWER SCENARIO - a real window on a virtual screen, and real key presses.
#
# Needs Xvfb and xdotool; without them it is skipped.
#
# SPDX-License-Identifier: MIT
set -eu

# What the libraries of the display leave behind at the end is not ours.
export ASAN_OPTIONS=detect_leaks=0
viewer=$(readlink -f -- "$1")
scenario=$(readlink -f -- "$2")

command -v Xvfb >/dev/null && command -v xdotool >/dev/null || exit 77

folder=$(mktemp -d)
viewer_id=
screen_id=

finish() {
    [ -z "$viewer_id" ] || kill "$viewer_id" 2>/dev/null || true
    [ -z "$screen_id" ] || kill "$screen_id" 2>/dev/null || true
    rm -rf -- "$folder"
}
trap finish EXIT

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

# Waits up to ten seconds for the rest of the line to come true.
await() {
    what=$1
    shift
    for _ in $(seq 100); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.1
    done
    fail "$what"
}

has_ended() {
    ! kill -0 "$1" 2>/dev/null
}

# Xvfb says which display it took.
Xvfb -displayfd 3 -screen 0 1280x720x24 3>"$folder/display" 2>/dev/null &
screen_id=$!
await "a screen comes up" test -s "$folder/display"
DISPLAY=:$(cat "$folder/display")
export DISPLAY

cd "$folder"
SDL_VIDEODRIVER=x11 "$viewer" "$scenario" 2>"$folder/said" &
viewer_id=$!
await "a window comes up" xdotool search --class tailback
xdotool search --class tailback windowfocus || true
sleep 1

xdotool key space
xdotool key Right
sleep 1
xdotool key c
await "C saves a picture" test -s "$folder/tailback-1.png"

xdotool key p
xdotool key t
sleep 1
xdotool key c
await "and another one" test -s "$folder/tailback-2.png"
if cmp -s "$folder/tailback-1.png" "$folder/tailback-2.png"; then
    fail "presenter mode and the light theme are seen"
fi

# Back to all panels; the menu of a link lies over them, and cuts it.
xdotool key p
xdotool key l
xdotool key x
sleep 1
xdotool key c
await "the menu is seen" test -s "$folder/tailback-3.png"
xdotool key 1
sleep 1
xdotool key c
await "and what it did" test -s "$folder/tailback-4.png"
if cmp -s "$folder/tailback-3.png" "$folder/tailback-4.png"; then
    fail "a number chooses from the menu"
fi

xdotool key q
await "Q ends it" has_ended "$viewer_id"
wait "$viewer_id" || fail "it ends well"
viewer_id=

# The screen goes away while the window is open.
SDL_VIDEODRIVER=x11 "$viewer" "$scenario" 2>"$folder/said" &
viewer_id=$!
await "a window comes up again" xdotool search --class tailback
kill "$screen_id"
screen_id=
await "a lost display ends it" has_ended "$viewer_id"
viewer_id=
echo "1 passed, 0 failed"
