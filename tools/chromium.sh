#!/bin/sh
# Make sure there is a Chromium for the browser tests: one that is found, else the package manager's, else Playwright's.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
for path in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -x "$path" ]; then
        exit 0
    fi
done
if .venv/bin/python -c 'import sys; from pathlib import Path; from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not Path(p.chromium.executable_path).exists())' 2>/dev/null; then
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
