#!/bin/sh
# Make sure there is a Chromium for the browser tests: one that is found, else the package manager's, else Playwright's.
set -eu
if .venv/bin/python tools/chromium.py; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Chromium and a Chinese font with apt-get"
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; then
        exit 0
    fi
fi
echo "fetching Playwright's Chromium"
if .venv/bin/python -m playwright install chromium; then
    exit 0
fi
echo "error: no Chromium was found and none could be installed" >&2
echo "  help: install chromium (sudo apt-get install chromium fonts-noto-cjk), then again" >&2
exit 2
