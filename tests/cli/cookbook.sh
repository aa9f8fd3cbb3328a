#!/bin/sh
# cookbook.sh PROGRAM - each recipe of docs/cookbook.md holds its checks, on several seeds; with what its
# header names one fails; and what the page shows of it is what stands in its file.
#
# SPDX-License-Identifier: MIT
set -eu
page=$(dirname -- "$(readlink -f -- "$0")")/../../docs/cookbook.md
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

recipes=$(dirname -- "$program")/../share/tailback/scenarios/cookbook

for recipe in "$recipes"/*.lua; do
    for seed in 1 2; do
        what="$(basename -- "$recipe") --seed $seed"
        call run --quiet --seed "$seed" "$recipe"
        expect_status 0
        expect_output '^  ✓ '
    done
    worse=$(sed -n 's/^-- Fails with \(--set .*\)\.$/\1/p' "$recipe")
    [ -n "$worse" ] || continue
    what="$(basename -- "$recipe") $worse"
    # shellcheck disable=SC2086
    call run --quiet $worse "$recipe"
    expect_status 1
    expect_output '^  ✗ '
done

what="the page has each recipe once, and shows lines of its file"
python3 - "$page" "$recipes" >log <<'END' || fail "$(cat log)"
import os, re, sys
page, folder = open(sys.argv[1], encoding="utf-8").read(), sys.argv[2]
wrong = []
shown = []
for part in page.split("\n### ")[1:]:
    title = part.split("\n")[0]
    name = re.search(r"\]\(\.\./scenarios/cookbook/(.+?\.lua)\)(?:; with `(.+?)` its check fails)?\.", part)
    code = re.search(r"```lua\n(.*?)\n```", part, re.S)
    if not name or not code:
        wrong.append(f"{title}: no link, or no lines")
        continue
    shown.append(name[1])
    text = open(os.path.join(folder, name[1]), encoding="utf-8").read()
    wrong += [f"{name[1]} has no line: {line}" for line in code[1].split("\n") if line not in text.split("\n")]
    fails = re.search(r"^-- Fails with (.+)\.$", text, re.M)
    if (name[2] or None) != (fails[1] if fails else None):
        wrong.append(f"{name[1]}: the page says that it fails with {name[2]}")
there = sorted(name for name in os.listdir(folder) if name.endswith(".lua"))
if sorted(shown) != there:
    wrong.append(f"the page has {sorted(shown)}, the folder {there}")
print("\n".join(wrong))
sys.exit(bool(wrong) or len(there) < 25)
END

finish
