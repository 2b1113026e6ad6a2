# shellcheck shell=bash
# Sourced by the scripts that lock: `uv` is the command, installed for this run where it is missing. Needs say.sh.

if command -v uv >/dev/null; then
    uv=(uv)
else
    say "Installing uv into a temporary environment, because it resolves for all platforms and is not here"
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    "${PYTHON:-python3}" -m venv "$tools"
    "$tools/bin/pip" install -qq --disable-pip-version-check uv
    uv=("$tools/bin/uv")
fi
# The machine's own CA bundle, as pip uses it: uv brings its own otherwise. Two names, for new and older uv.
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1
