#!/bin/sh
# terminal.sh PROGRAM - what is different on a terminal: the bar, the colours, Ctrl-C.
#
# script(1), of bsdutils, provides the terminal; where there is none the test is skipped.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

script --quiet --return --command true /dev/null >/dev/null 2>&1 </dev/null || exit 77
export TERM=xterm
escape=$(printf '\033')

# Runs a command line on a terminal of its own; what it shows is in the file out.
on_terminal() {
    status=0
    script --quiet --return --command "$1" "$place/log" >"$place/out" 2>&1 </dev/null || status=$?
}

write_scenario ""

what="a summary on a terminal has colours"
on_terminal "'$program' run scenario.lua"
expect_status 0
expect_output "$escape\[1mA small system"

what="NO_COLOR forbids them"
on_terminal "NO_COLOR=1 '$program' run scenario.lua"
expect_output 'A small system'
expect_no_output "$escape\[1m"

what="a dumb terminal gets none"
on_terminal "TERM=dumb '$program' run scenario.lua"
expect_no_output "$escape"

what="a run that takes its time shows a bar, and takes it away"
on_terminal "'$program' run scenario.lua --set rate=20000"
expect_status 0
expect_output ' of 20 s  [0-9,]* events'
expect_output "$(printf '\r')$escape\[KA\|$(printf '\r')$escape\[K$escape\[1mA"

what="many runs show one bar over all of them"
on_terminal "'$program' run scenario.lua --set rate=5000 --replications 6 --jobs 2"
expect_status 0
expect_output ' of 2 min  [0-9,]* events'

what="--quiet shows none"
on_terminal "'$program' run scenario.lua --set rate=20000 --quiet"
expect_no_output ' of 20 s  '

what="the bar is not drawn into a file"
on_terminal "'$program' run scenario.lua --set rate=20000 2>'$place/err'"
[ ! -s err ] || fail "$(cat err)"

# Sends the signal $1 to a run that would take long, and leaves its status.
interrupt() {
    "$program" run scenario.lua --set rate=100000 --until 10h --out results >out 2>err </dev/null &
    run=$!
    sleep 0.5
    kill -s "$1" "$run"
    status=0
    wait "$run" || status=$?
}

what="a signal ends a run at once, and leaves nothing behind"
interrupt TERM
expect_status 143
[ "$(cat err)" = "tailback: stopped" ] || fail "$(cat err)"
[ -z "$(find . -name 'results*')" ] || fail "it left $(find . -name 'results*')"

what="a worker that dies is reported in one line"
"$program" run scenario.lua --set rate=100000 --until 10h --out results >out 2>err </dev/null &
run=$!
sleep 0.5
read -r worker _ <"/proc/$run/task/$run/children" || true
kill -s KILL "$worker"
status=0
wait "$run" || status=$?
expect_status 2
[ "$(wc -l <err)" -eq 1 ] || fail "$(cat err)"
grep -q '^tailback: the scenario ' err || fail "$(cat err)"
[ -z "$(find . -name 'results*')" ] || fail "it left $(find . -name 'results*')"

what="Ctrl-C ends it with 130"
# A job in the background ignores SIGINT unless the shell's job control says otherwise.
cat >ctrl-c.py <<'END'
import os, signal, subprocess, sys, time
run = subprocess.Popen(sys.argv[1:], start_new_session=True, stderr=subprocess.PIPE,
                       preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
time.sleep(0.5)
os.killpg(run.pid, signal.SIGINT)
message = run.communicate(timeout=10)[1]
sys.exit(0 if (run.returncode, message) == (130, b"tailback: stopped\n") else print(run.returncode, message))
END
python3 ctrl-c.py "$program" run scenario.lua --set rate=100000 --until 10h >out || fail "$(cat out)"

finish
