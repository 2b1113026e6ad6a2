# shellcheck shell=sh disable=SC1091,SC3040

# The rules under which commands run: the user's, and those of plugins.

# Variables of a job too large for an exported environment.
if [ -f "${0%/*}/peers.sh" ]; then . "${0%/*}/peers.sh"; fi

set -o errexit
set -o nounset
if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi # older shells do not know it
