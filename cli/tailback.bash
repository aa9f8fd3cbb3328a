# tailback.bash - what the tab key does after `tailback`, in bash.
#
# Commands, options and what an option takes are read from the program's own help, and the parameters
# of a scenario from `tailback check`: there is no list here that could be out of date.
#
# SPDX-License-Identifier: MIT
# shellcheck shell=bash

# Prints the path of the program behind the word $1. A launcher script is not one: it might build.
_tailback_program() {
    local program magic
    program=$(type -P -- "$1") || return
    if [[ -x ${program%/*}/build/cli/tailback ]]; then
        program=${program%/*}/build/cli/tailback
    fi
    IFS= read -rN2 magic <"$program" 2>/dev/null
    [[ $magic != '#!' ]] && printf '%s\n' "$program"
}

# Prints the names of the commands of the program $1.
_tailback_commands() {
    "$1" help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\).*/\1/p'
}

# Prints the options of the command $2 of the program $1, each as in its help: --quiet, --seed=NUMBER.
_tailback_options() {
    "$1" "$2" --help 2>/dev/null | sed -n 's/^  \(-[a-z], \)\{0,1\}\(--[^ ]*\) .*/\2/p'
}

# Prints what may follow --set for the scenario $2: at first a name, then, with its default, the whole.
_tailback_parameters() {
    local line
    while IFS= read -r line; do
        if [[ $3 == *=* ]]; then
            printf '%s\n' "$line"
        else
            printf '%s=\n' "${line%%=*}"
        fi
    done < <("$1" check --format=params "$2" 2>/dev/null)
}

# Puts those of the lines $1 that begin with $2 into COMPREPLY. bash takes what stands after the last
# '=' of the line for a word of its own, so that is all of them that it is given.
_tailback_offer() {
    local line cut=
    if [[ $2 == *=* && $COMP_WORDBREAKS == *=* ]]; then
        cut=${2%=*}=
    fi
    while IFS= read -r line; do
        if [[ -n $line && $line == "$2"* ]]; then
            COMPREPLY+=("${line#"$cut"}")
        fi
    done <<<"$1"
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

# Offers the folders, and the files that end with $2, whose path begins with $1.
_tailback_files() {
    local path
    compopt -o filenames 2>/dev/null
    while IFS= read -r path; do
        if [[ -d $path || (-n $2 && $path == *"$2") ]]; then
            COMPREPLY+=("$path")
        fi
    done < <(compgen -f -- "$1")
}

# Offers values for an option, $2, that takes $3 by its help; $4 stands before them on the line.
_tailback_values() {
    local current=$1 takes=$3 before=$4 values=
    case $takes in
    FOLDER) _tailback_files "${current#"$before"}" "" ;;
    NAME=VALUE) values=$(_tailback_parameters "$program" "$scenario" "${current#"$before"}") ;;
    *'|'*) values=${takes//|/$'\n'} ;;
    esac
    if [[ -n $values ]]; then
        _tailback_offer "$before${values//$'\n'/$'\n'$before}" "$current"
    fi
}

_tailback() {
    local line=${COMP_LINE:0:COMP_POINT} words program options option word scenario=
    COMPREPLY=()
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    program=$(_tailback_program "${words[0]}") || return 0
    local current=${words[-1]} previous=${words[-2]}

    if [[ ${#words[@]} -eq 2 || ${words[1]} == help ]]; then
        _tailback_offer "$(_tailback_commands "$program")"$'\n--help\n--version' "$current"
        return 0
    fi
    for word in "${words[@]:2:${#words[@]}-3}"; do
        [[ $word == *.lua ]] && scenario=$word
    done
    options=$(_tailback_options "$program" "${words[1]}")
    while IFS= read -r option; do
        if [[ $option == *=* && $current == "${option%%=*}="* ]]; then
            _tailback_values "$current" "$option" "${option#*=}" "${option%%=*}="
            return 0
        elif [[ $option == *=* && $previous == "${option%%=*}" ]]; then
            _tailback_values "$current" "$option" "${option#*=}" ""
            return 0
        fi
    done <<<"$options"
    if [[ $current == -* ]]; then
        # shellcheck disable=SC2001 # a pattern for each line
        _tailback_offer "$(sed 's/=.*/=/' <<<"$options")" "$current"
    else
        _tailback_files "$current" .lua
    fi
}

complete -F _tailback tailback
