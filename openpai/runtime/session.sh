# shellcheck shell=sh disable=SC2086,SC1091

# The shell in which the user's commands run: its rules, and how it ends when the platform stops the task. Given,
# where plugins act: the process that waits for this one.

_pai_around=${1:-none}
set --

# SIGTERM comes to all processes of the group at once, and the container is gone when this shell is. So it stays
# until the others have ended: a training that saves itself is not cut short, be it in the background or under a
# script, a subshell or a pipe. Whoever needs longer than the grace period is killed. A subshell, so that nothing
# of the user's is changed, and /proc, since a shell can only wait for children of its own.
_pai_wait_for_others() (
    set +euf
    IFS=' '
    read -r self _ _ _ group _ </proc/self/stat
    while :; do
        others=
        for file in /proc/[0-9]*/stat; do
            read -r stat <"$file" || continue
            set -- ${stat##*) } # what follows the name, which may hold anything: state, parent, group, …
            case $file in "/proc/$$/stat" | "/proc/$self/stat" | "/proc/$_pai_around/stat") continue ;; esac
            if [ "$3" = "$group" ] && [ "$1" != Z ]; then others=yes; fi
        done
        if [ -z "$others" ]; then exit 0; fi
        sleep 0.1 || sleep 1 || exit 0
    done
) 2>/dev/null

# A shell runs its trap once the command that it waits for has ended. A trap of the user's takes its place.
trap 'trap "" TERM; _pai_wait_for_others; exit 143' TERM

. "${0%/*}/rules.sh"

# Read in, not run: messages then name user.sh and the line as the user wrote it.
. "${0%/*}/user.sh"
