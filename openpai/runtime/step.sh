# shellcheck shell=sh disable=SC1090,SC1091

# One text of a plugin, in a shell of its own. Given: its file, and what its failure means.

here=${0%/*}
. "$here/rules.sh"
if [ "$2" = ignore ]; then set +o errexit; fi
_pai_file=$here/$1
set --
. "$_pai_file"
