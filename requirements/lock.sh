#!/bin/sh
# Writes the two lock files: exact versions with hashes, and no download address.
set -eu
cd "$(dirname "$0")"
command -v uv >/dev/null || { echo "Locking needs uv (pip install uv)."; exit 1; }
options="--quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links"
uv pip compile $options run.in -o run.lock
uv pip compile $options dev.in -o dev.lock
uv pip compile $options ../tests/oracles/requirements.in -o ../tests/oracles/requirements.lock
uv pip compile $options ../tests/live/synapse.in -o ../tests/live/synapse.lock
