#!/bin/sh
# bad-input.sh PROGRAM - whatever is wrong with the command line or the scenario ends in one clear
# message on stderr, status 2, nothing on stdout, and no folder made.
#
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

# The words from $2 on are wrong, and the message has $1, a basic regular expression, in it. Each call
# also asks for a folder, in which case the whole line must be about what is wrong, not about that.
expect_wrong() {
    expected=$1
    shift
    call "$@"
    expect_status 2
    grep -q -e "^tailback: .*$expected" "$place/err" || fail "no '$expected' in: $(cat "$place/err")"
    [ "$(grep -c '^tailback: ' "$place/err")" -eq 1 ] || fail "not one message: $(cat "$place/err")"
    [ ! -s "$place/out" ] || fail "it printed: $(cat "$place/out")"
    [ ! -e "$place/results" ] || fail "it made the folder"
    [ -z "$(find "$place" -name 'results*')" ] || fail "it left something behind"
}

# Runs scenario.lua, which is wrong.
expect_wrong_scenario() {
    expect_wrong "$1" run scenario.lua --out results
}

# ---- the command line ----

what="a command must be named"
expect_wrong "tailback help"

what="an unknown command is answered with the nearest"
expect_wrong "unknown command rnu, did you mean run?" rnu

what="a scenario without a command is answered with run"
expect_wrong "did you mean tailback run x.lua?" x.lua

what="an unknown option is answered with the nearest"
write_scenario
expect_wrong "unknown option --sed, did you mean --seed?" run scenario.lua --sed 3 --out results
expect_wrong "unknown option --fromat=json, did you mean --format?" run --fromat=json scenario.lua
expect_wrong "unknown option --xyzzy" run scenario.lua --xyzzy
expect_wrong "unknown option -o" run scenario.lua -o results
expect_wrong "unknown option --vresion, did you mean --version?" --vresion

what="an option needs its value"
expect_wrong "missing argument for --seed" run scenario.lua --seed

what="a seed is a whole number"
for seed in abc -1 1.5 18446744073709551616 0x10 ""; do
    expect_wrong "--seed $seed: a seed is a whole number" run scenario.lua --out results --seed "$seed"
done

what="a time is a positive number with a unit"
for time in -3 0 soon 3weeks 1e3 ""; do
    expect_wrong "--until $time: a time is" run scenario.lua --out results --until "$time"
done

what="a setting has a name and a value"
expect_wrong "--set rate: write --set NAME=VALUE" run scenario.lua --out results --set rate
expect_wrong "--set =3: write --set NAME=VALUE" run scenario.lua --out results --set =3
expect_wrong "--set rate is given twice" run scenario.lua --out results --set rate=1 --set rate=2

what="a parameter that the scenario has not is answered with the nearest"
expect_wrong "'rat'.*'rate'" run scenario.lua --out results --set rat=3

what="a parameter's value must fit"
expect_wrong "rate" run scenario.lua --out results --set rate=fast
expect_wrong "rate" run scenario.lua --out results --set rate=0

what="a format is text or json"
expect_wrong "--format xml: a format is text or json" run scenario.lua --out results --format xml

what="replications and jobs are whole numbers in their range"
for number in 0 -1 2.5 many 100001 ""; do
    expect_wrong "--replications $number: expected a whole number from 1 to 100000" \
        run scenario.lua --out results --replications "$number"
done
for number in 0 257 x; do
    expect_wrong "--jobs $number: expected a whole number from 1 to 256" \
        run scenario.lua --out results --replications 3 --jobs "$number"
done

what="a warm-up is a time within the run, or auto"
for time in "" soon -3s; do
    expect_wrong "--warm-up $time: it is auto, or a time" run scenario.lua --out results --warm-up "$time"
done
expect_wrong "--warm-up auto: it is found in one run" run scenario.lua --replications 2 --warm-up auto
expect_wrong "--warm-up auto: it is found in 50 sampling intervals or more, and the run has 20" run scenario.lua --out results --warm-up auto
expect_wrong "--warm-up 5 h leaves nothing: the run has" run scenario.lua --out results --warm-up 5h
expect_wrong "seed 3: --warm-up 5 h leaves nothing" run scenario.lua --replications 2 --warm-up 5h

what="jobs are of replications"
expect_wrong "--jobs 2: one run is one job; give --replications too" run scenario.lua --jobs 2

what="the seeds of replications have an end"
expect_wrong "--replications 3: the seeds would end above 18446744073709551615" \
    run scenario.lua --replications 3 --seed 18446744073709551614

what="there is one scenario"
expect_wrong "which scenario?" run --out results
expect_wrong "'two.lua' is one too many" run scenario.lua two.lua --out results

what="help knows what it is asked about"
expect_wrong "no command is called 'rum'" help rum

# ---- the scenario ----

what="a file that is not there is named"
expect_wrong "nowhere.lua.*No such file" run nowhere.lua --out results

what="a folder is no scenario"
mkdir folder
expect_wrong "folder" run folder --out results

what="a name that would move the cursor does not"
expect_wrong 'No such file' run "$(printf 'no\033[31mwhere.lua')"
! grep -q "$(printf '\033')" err || fail "$(cat err)"

what="a syntax error names file and line"
write_scenario 'local x = = 3'
expect_wrong_scenario "scenario.lua:1[23]:"

what="an error while loading names file and line"
write_scenario 'local x = nil; x.y = 3'
expect_wrong_scenario "scenario.lua:12:"

what="an error while running names file and line"
write_scenario 'tb.at("3s", "a mistake", function() local x = nil; x.y = 3 end)'
expect_wrong_scenario "scenario.lua:12:"
grep -q 'at 3 s' err || fail "it does not say when: $(cat err)"

what="an unknown field is answered with the nearest"
write_scenario 'target:queue { name = "other", model = "producer_consumer", capasity = 3 }'
expect_wrong_scenario "scenario.lua:12:.*'capasity', did you mean 'capacity'"

what="a bad value is named with its line"
write_scenario 'target:consumer { name = "other", workers = -4, time = tb.exponential("2ms") }'
expect_wrong_scenario "scenario.lua:12:.*workers"
write_scenario 'tb.at("soon", "x", function() end)'
expect_wrong_scenario "scenario.lua:12:.*soon"

what="a file that is no Lua is refused"
head -c 4096 /dev/urandom >scenario.lua
call run scenario.lua --out results
expect_status 2
[ -s err ] || fail "it said nothing"
[ ! -e results ] || fail "it made the folder"

what="an endless loop ends"
write_scenario 'while true do end'
expect_wrong_scenario "scenario.lua:12:"

what="endless memory ends"
write_scenario 'local t = {}; for i = 1, 1e12 do t[i] = {} end'
call run scenario.lua --out results
expect_status 2
[ -s err ] || fail "it said nothing"
[ ! -e results ] || fail "it made the folder"

# ---- the outputs ----

write_scenario
what="a folder that exists is not written to"
mkdir taken
expect_wrong "--out taken: it exists; --force replaces it" run scenario.lua --out taken
[ -z "$(ls taken)" ] || fail "it is not empty any more"

what="a folder with foreign files is not written to, even with --force"
echo mine >taken/notes
expect_wrong "--out taken: it holds 'notes'" run scenario.lua --out taken --force
[ "$(cat taken/notes)" = mine ] || fail "the notes are lost"

what="a file is not replaced by a folder"
expect_wrong "no folder" run scenario.lua --out scenario.lua --force
[ -f scenario.lua ] || fail "it is gone"

what="a folder in a folder that is not there is not made"
expect_wrong "No such file" run scenario.lua --out nowhere/results

what="a place without permission is named"
expect_wrong "cannot make" run scenario.lua --out /proc/self/results

finish
