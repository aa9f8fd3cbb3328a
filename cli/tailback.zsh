#compdef tailback
# tailback.zsh - what the tab key does after `tailback`, in zsh; installed as _tailback.
#
# Commands, options and what an option takes are read from the program's own help, and the parameters
# of a scenario from `tailback check`: there is no list here that could be out of date.
#
# SPDX-License-Identifier: MIT

# Prints the path of the program behind the word $1. A launcher script is not one: it might build.
_tailback_program() {
    local program=${1:c:A} magic
    if [[ -x ${program:h}/build/cli/tailback ]]; then
        program=${program:h}/build/cli/tailback
    fi
    IFS= read -u 0 -rk 2 magic <"$program" 2>/dev/null
    [[ $magic != '#!' ]] && print -r -- "$program"
}

# Completes what follows --set: at first a name, then its default. The program and the scenario are
# those of _tailback, which calls this by way of _arguments.
_tailback_parameter() {
    local -a known
    local name
    known=(${(f)"$("$program" check --format=params "$scenario" 2>/dev/null)"})
    if [[ $PREFIX == *=* ]]; then
        name=${PREFIX%%=*}
        compset -P '*='
        compadd -- ${${(M)known:#$name=*}#*=}
    else
        compadd -S '=' -q -- ${known%%=*}
    fi
}

# Turns the help of a command into specifications for _arguments: --quiet[no progress bar].
_tailback_specifications() {
    local line option about takes
    while IFS= read -r line; do
        [[ $line =~ '^  (-[a-z], )?--([a-z-]+)(=([^ ]+))? +(.*)$' ]] || continue
        option=$match[2] takes=$match[4] about=${match[5]//[\[\]:]/ }
        case $takes in
        '') print -r -- "--${option}[${about}]" ;;
        NAME=VALUE) print -r -- "*--${option}=[${about}]:parameter: _tailback_parameter" ;;
        FOLDER) print -r -- "--${option}=[${about}]:folder:_files -/" ;;
        FILE) print -r -- "--${option}=[${about}]:file:_files" ;;
        *'|'*) print -r -- "--${option}=[${about}]:value:(${takes//|/ })" ;;
        *) print -r -- "--${option}=[${about}]:${takes:l}: " ;;
        esac
    done < <("$1" "$2" --help 2>/dev/null)
}

_tailback() {
    local program scenario word
    local -a commands specifications
    program=$(_tailback_program ${words[1]}) || return 1
    if ((CURRENT == 2)) || [[ ${words[2]} == help ]]; then
        commands=(${(f)"$("$program" help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\)[^ ]* *\([A-Z[][^ ]*\)\{0,1\} *\(.*\)/\1:\3/p')"})
        _describe command commands
        return
    fi
    for word in ${words[3,-1]}; do
        [[ $word == *.lua ]] && scenario=$word
    done
    specifications=(${(f)"$(_tailback_specifications "$program" ${words[2]})"})
    case ${words[2]} in
    run | check | view | new) specifications+=('*:scenario:_files -g "*.lua"') ;;
    esac
    shift words
    ((CURRENT--))
    _arguments -S $specifications
}

if [[ $funcstack[1] == _tailback ]]; then
    _tailback "$@"
else
    compdef _tailback tailback
fi
