# shellcheck shell=bash
# Sourced by the scripts beside it. Every action says in one line what it does and why.

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# The first argument is what went wrong; the others are lines that say what to do about it.
die() {
    printf 'error: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '       %s\n' "$@" >&2
    exit 1
}
