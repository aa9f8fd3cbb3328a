#!/bin/sh
# launcher.sh - does ./tailback build when it must, only then, and pass everything on?
#
# Puts the launcher into a tiny project, at a path with spaces, and calls it there.
#
# SPDX-License-Identifier: MIT
set -eu

here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
trap 'exit 1' HUP INT TERM

project="$place/a check out"
mkdir -p "$project/cli" "$project/tools"
cp "$here/tailback" "$project/"
cp "$here/tools/setup.sh" "$here/tools/packages.txt" "$project/tools/"
cat >"$project/meson.build" <<'END'
project('stand-in', 'c')
subdir('cli')
END
echo "alias_target('program', executable('tailback', 'main.c'))" >"$project/cli/meson.build"
cat >"$project/cli/main.c" <<'END'
#include <stdio.h>
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("<%s>", argv[i]);
    return argc;
}
END

failed_count=0

# Calls the launcher with the words from $2 on; $1 is what it should print, its status, and how many
# builds it should start.
expect() {
    expected=$1
    shift
    status=0
    out=$("$@" 2>"$place/messages" </dev/null) || status=$?
    found="$out $status $(grep -c '^tailback: building' "$place/messages" || true)"
    if [ "$found" != "$expected" ]; then
        printf 'launcher: %s: %s\n' "$what" "expected '$expected', found '$found'"
        cat "$place/messages"
        failed_count=$((failed_count + 1))
    fi
}

what="builds at the first call, and passes arguments and status on"
expect "<a b><> 3 1" "$project/tailback" "a b" ""

what="does not build when nothing changed"
expect "<x> 2 0" "$project/tailback" x

what="runs the benchmarks without building the program"
mkdir "$project/bench"
# shellcheck disable=SC2016 # for the script
printf '#!/bin/sh\nprintf "<%%s>" "$@"\nexit 5\n' >"$project/bench/run.sh"
chmod +x "$project/bench/run.sh"
expect "<fel> 5 0" "$project/tailback" bench fel
expect "<fel><variates><mm1><world><lua><jobs> 5 0" "$project/tailback" bench

what="works through a link, from another folder"
ln -s "$project/tailback" "$place/link"
cd /
expect "<x> 2 0" "$place/link" x

what="builds when a source changed"
touch "$project/cli/main.c"
expect "<x> 2 1" "$project/tailback" x

what="builds when a source is gone"
: >"$project/cli/extra.h"
expect "<x> 2 1" "$project/tailback" x
rm "$project/cli/extra.h"
expect "<x> 2 1" "$project/tailback" x

what="builds anew where the checkout was moved to"
mv "$project" "$place/moved"
project=$place/moved
expect "<x> 2 0" "$project/tailback" x
touch "$project/meson.build"
expect "<x> 2 1" "$project/tailback" x

what="says what the compiler said when the build fails, and stops with 2"
cp "$project/cli/main.c" "$place/main.c"
echo "int broken = ;" >>"$project/cli/main.c"
expect " 2 1" "$project/tailback" x
grep -q "error: expected expression" "$place/messages" || failed_count=$((failed_count + 1))
cp "$place/main.c" "$project/cli/main.c"

what="builds once when two are called at once"
"$project/tailback" first >"$place/first" 2>"$place/first-messages" &
"$project/tailback" second >"$place/second" 2>>"$place/first-messages" || true
wait
found="$(cat "$place/first" "$place/second") $(grep -c building "$place/first-messages")"
if [ "$found" != "<first><second> 1" ]; then
    echo "launcher: $what: found '$found'"
    failed_count=$((failed_count + 1))
fi

what="names what is needed where there is no apt, and stops with 2"
rm -rf "$project/build"
mkdir "$place/bin"
for command in sh dirname readlink find cat id mkdir flock; do
    ln -s "$(command -v $command)" "$place/bin/"
done
expect " 2 0" env PATH="$place/bin" "$project/tailback" x
grep -q "libglib2.0-dev" "$place/messages" || failed_count=$((failed_count + 1))
! grep -q "installing" "$place/messages" || failed_count=$((failed_count + 1))

[ "$failed_count" -eq 0 ]
