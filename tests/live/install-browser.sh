#!/bin/sh
# Chromium for the browser tests, from the system's packages when we may install them.
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji; } >/dev/null 2>&1 && exit 0
fi
echo "No Chromium here: the browser tests will be skipped. Install the package 'chromium' to run them."
exit 0
