#!/bin/sh
# tutorial.sh PROGRAM [PAGE...] - a page of docs/ does what it says: docs/tutorial.md, or those named.
#
# What a reader would type is typed, in a new folder, from the first line of the page to the last:
#
#   ```lua FILE                   the block is written to FILE
#   ```lua >> FILE                it is added to FILE
#   ```lua FILE, instead of TEXT  it takes the place of the one line of FILE that begins with TEXT
#   ```console                    each line after "$ " is run, and what follows is what it prints
#
# In what it prints, a line "…" stands for any number of lines. Other blocks are only to be read.
#
# SPDX-License-Identifier: MIT
set -eu
docs=$(dirname -- "$(readlink -f -- "$0")")/../../docs
here=$PWD
# shellcheck source=tests/cli/common.sh
. "$(dirname -- "$(readlink -f -- "$0")")/common.sh"

share=$(dirname -- "$program")/../share/tailback
shift
[ "$#" -gt 0 ] || set -- "$docs/tutorial.md"

cat >page.py <<'END'
import re, subprocess, sys

def blocks(page):
    """(line number, what stands behind the fence, lines) of each fenced block."""
    fence, begun = None, 0
    for number, line in enumerate(open(page, encoding="utf-8").read().split("\n"), 1):
        if fence is None and line.startswith("```"):
            fence, begun, lines = line[3:].strip(), number, []
        elif fence is not None and line == "```":
            yield begun, fence, lines
            fence = None
        elif fence is not None:
            lines.append(line)
    assert fence is None, f"{page}:{begun}: this block does not end"

def write(what, lines):
    text = "\n".join(lines) + "\n"
    if what.startswith(">> "):
        open(what[3:], "a", encoding="utf-8").write(text)
    elif ", instead of " in what:
        name, begin = what.split(", instead of ")
        old = open(name, encoding="utf-8").read().split("\n")
        at = [i for i, line in enumerate(old) if line.startswith(begin)]
        assert len(at) == 1, f"{len(at)} lines of {name} begin with {begin}"
        open(name, "w", encoding="utf-8").write("\n".join(old[:at[0]]) + "\n" + text + "\n".join(old[at[0] + 1:]))
    else:
        open(what, "w", encoding="utf-8").write(text)

def agrees(expected, printed):
    pattern = "".join("(?:.*\n)*?" if line == "…" else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, printed) is not None

def session(page, begun, lines):
    """Runs a console block; returns how many commands it had, and how many of them disagree."""
    turns = []
    for line in lines:
        if line.startswith("$ "):
            turns.append((line[2:], []))
        else:
            turns[-1][1].append(line)
    wrong = 0
    for command, expected in turns:
        ran = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        printed = ran.stdout
        while expected and expected[-1] == "":
            expected.pop()
        printed = printed.rstrip("\n") + "\n" if printed.strip() else ""
        if not agrees(expected, printed):
            wrong += 1
            print(f"{page}:{begun}: {command}\nthe page has:\n" + "\n".join(expected) + f"\nit printed:\n{printed}")
    return len(turns), wrong

page = sys.argv[1]
commands = disagree = 0
for begun, fence, lines in blocks(page):
    if fence == "console":
        ran, wrong = session(page, begun, lines)
        commands += ran
        disagree += wrong
    elif fence.startswith("lua "):
        write(fence[4:], lines)
print(f"{page}: {commands} commands, {disagree} of them print something else")
sys.exit(disagree != 0 or commands == 0)
END

for page in "$@"; do
    what="$page does what it says"
    case $page in
    /*) ;;
    *) page=$here/$page ;;
    esac
    rm -rf desk
    mkdir desk
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" >desk/tailback
    chmod +x desk/tailback
    ln -s "$share/scenarios" desk/scenarios
    (cd desk && python3 ../page.py "$page") >log 2>&1 || fail "$(cat log)"
done

finish
