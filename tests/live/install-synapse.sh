#!/bin/sh
# Synapse, the homeserver of the Matrix foundation, in an environment of its own: the tests run against the real thing.
python=$(.venv/bin/python -c 'import sys; print(sys._base_executable)' 2>/dev/null || command -v python3)
echo "Installing Synapse for the Matrix tests (once; a minute) ..."
"$python" -m venv .synapse \
    && .synapse/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/live/synapse.lock >/dev/null 2>&1 \
    && exit 0
echo "Synapse could not be installed: the tests against a real Matrix homeserver will be skipped."
rm -rf .synapse
exit 0
