#!/bin/sh
# Make sure there is a Chromium for the browser tests (one that is found, else the package manager's, else Playwright's), and a
# Chinese font for it to draw with: macOS has one, elsewhere fontconfig knows.
set -eu
has_font() {
    [ "$(uname)" = Darwin ] && return 0
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family)" ]
}
has_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

wanted=""
.venv/bin/python tools/chromium.py || wanted="chromium"
has_font || wanted="$wanted fonts-noto-cjk"
if [ -n "$wanted" ] && has_apt; then
    echo "installing $wanted with apt-get"
    # shellcheck disable=SC2086  # one argument for each package
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted >/dev/null || true
fi
if ! has_font; then
    echo "warning: no Chinese font was found; the test of fonts will fail" >&2
    echo "  help: install one (sudo apt-get install fontconfig fonts-noto-cjk), then again" >&2
fi
if .venv/bin/python tools/chromium.py; then
    exit 0
fi
echo "fetching Playwright's Chromium"
if .venv/bin/python -m playwright install chromium; then
    exit 0
fi
echo "error: no Chromium was found and none could be installed" >&2
echo "  help: install chromium (sudo apt-get install chromium fonts-noto-cjk), then again" >&2
exit 2
