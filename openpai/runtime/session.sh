# The shell in which the user's commands run: its rules, and how it ends when the platform stops the task.

# SIGTERM comes to the whole process group at once. The container is gone when this shell is, so it stays until
# everybody else has ended: a training that saves itself is not cut short, nor one under a script, a subshell or a
# pipe. Whoever takes longer than the grace period is killed, as ever. /proc/<pid>/stat reads "pid (name) state
# parent group …", and a name may hold anything; state Z has ended already.
_pai_group() {
    read -r _pai_stat <"$1" || return 1
    # shellcheck disable=SC2086
    set -- ${_pai_stat##*) }
    [ "$1" != Z ] && _pai_pgrp=$3
}
_pai_drain() {
    trap '' TERM
    set +o errexit
    while :; do
      _pai_group /proc/$$/stat || return 0
      _pai_own=$_pai_pgrp
      _pai_alive=
      for _pai_p in /proc/[0-9]*; do
        [ "$_pai_p" = "/proc/$$" ] || [ "$_pai_p" = /proc/1 ] && continue
        _pai_group "$_pai_p/stat" 2>/dev/null && [ "$_pai_pgrp" = "$_pai_own" ] && _pai_alive=1
      done
      [ -z "$_pai_alive" ] && return 0
      sleep 0.1 2>/dev/null || sleep 1 || return 0
    done
}
trap '_pai_drain; exit 143' TERM

set -o errexit
set -o nounset
if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi
. "${0%/*}/user.sh"
