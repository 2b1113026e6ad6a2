# shellcheck shell=sh disable=SC1091

# Where plugins act: what they do before the commands, the commands, what they do after them; each in a shell of its
# own, so that this one is still there when the commands end it or take its place. Given: that shell.

_pai_shell=$1
_pai_stopped=
trap '_pai_stopped=yes' TERM # it is told to all: whoever runs now ends, and then this shell does

_pai_step() { # plugin, file, what its failure means
    if [ -n "$_pai_stopped" ]; then exit 143; fi
    "$_pai_shell" "${0%/*}/step.sh" "$2" "$3" || _pai_failed "$1" "$?" "$3"
}

_pai_failed() {
    if [ -n "$_pai_stopped" ]; then exit 143; fi
    if [ "$3" = ignore ]; then
        echo "[openpai] the plugin $1 failed (exit code $2); the task goes on, as its failurePolicy says" >&2
        return
    fi
    case "$1 $2" in
        "ssh 248" | "ssh 249") ;; # it said why itself
        *) echo "[openpai] PluginFailed plugin=$1 exit_code=$2" >&2 ;;
    esac
    exit "$2"
}

. "${0%/*}/plugins.sh"

_pai_before
if [ -n "$_pai_stopped" ]; then exit 143; fi
_pai_code=0
"$_pai_shell" "${0%/*}/session.sh" "$$" || _pai_code=$?
if [ "$_pai_code" = 0 ] && [ -z "$_pai_stopped" ]; then (_pai_after) || _pai_code=$?; fi
_pai_last=0
if [ -z "$_pai_stopped" ]; then (_pai_finally) || _pai_last=$?; fi
if [ "$_pai_code" = 0 ]; then _pai_code=$_pai_last; fi # the first cause counts
exit "$_pai_code"
