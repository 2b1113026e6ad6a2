# shellcheck shell=sh disable=SC1091

# The first process of every container, below the engine's init. Any POSIX shell must be able to run this, as any
# user and in any directory, and it may need no program of the image but the shell itself.

# Where the image's author wanted us to be.
PAI_WORK_DIR=$(pwd)
export PAI_WORK_DIR

# What frameworks look for. Who set it for the image has the last word.
_pai_unless_set() {
    if eval "[ -z \"\${$1+set}\" ]"; then export "$1=$2"; fi
}
if [ -f "${0%/*}/frameworks.sh" ]; then . "${0%/*}/frameworks.sh"; fi

# The user's commands get bash where the image has it: most are written for it. Nobody is at the keyboard.
_pai_shell=/bin/sh
if command -v bash >/dev/null 2>&1; then _pai_shell=bash; fi
if [ -f "${0%/*}/around.sh" ]; then exec "$_pai_shell" "${0%/*}/around.sh" "$_pai_shell" </dev/null; fi
exec "$_pai_shell" "${0%/*}/session.sh" </dev/null
