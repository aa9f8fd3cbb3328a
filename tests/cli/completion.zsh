#!/usr/bin/env zsh
# completion.zsh PROGRAM FOLDER LINE - what zsh offers after LINE, typed in FOLDER: one word a line.
#
# SPDX-License-Identifier: MIT
emulate -L zsh
zmodload zsh/zpty
offered=$(mktemp)
script=$(mktemp)
cat >$script <<END
PS1= PS2= RPS1= LC_ALL=C.UTF-8
cd ${(q)2}
path=(${(q)1:h} \$path)
autoload -Uz compinit
compinit -u -D
source ${(q)0:A:h}/../../cli/tailback.zsh
# What matches is noted in a file, instead of being shown.
compadd() {
    local -a hits
    if [[ " \$* " != *\ -[OAD]\ * ]]; then
        builtin compadd -A hits "\$@"
        print -rl -- \$hits >>$offered
    fi
    builtin compadd "\$@"
}
done_with() { print >$offered.done; }
note() { _main_complete; done_with; }
zle -C note complete-word note
bindkey '^I' note
END
zpty shell zsh -f -i
zpty -w shell "source $script; print READ''Y"
zpty -r -m shell answer '*READY*'
zpty -n -w shell "$3"$'\t'
for try in {1..200}; do
    [[ -e $offered.done ]] && break
    sleep 0.05
done
zpty -d shell
sort -u $offered | sed '/^$/d'
rm -f $offered $offered.done $script
