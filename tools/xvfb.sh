#!/bin/sh
# Make sure that Anki's window has a screen and Qt its libraries, where we may install them; else say what is missing.
# Without an X server Qt draws off screen, so only the libraries are needed.
set -eu
if command -v Xvfb >/dev/null 2>&1 && .venv/bin/python -c 'import PyQt6.QtWebEngineCore' 2>/dev/null; then
    exit 0
fi
packages="xvfb libnss3 libasound2 libxcomposite1 libxdamage1 libxrandr2 libxtst6 libxkbfile1 libxkbcommon-x11-0 \
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libegl1 libgl1 \
libgl1-mesa-dri libgbm1 libdbus-1-3 fonts-noto-cjk"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Xvfb and what Qt needs with apt-get"
    # shellcheck disable=SC2086
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages >/dev/null; then
        exit 0
    fi
fi
if .venv/bin/python -c 'import PyQt6.QtWebEngineCore' 2>/dev/null; then
    exit 0
fi
echo "error: Qt cannot start here, and its libraries could not be installed" >&2
echo "  help: on Debian and Ubuntu: sudo apt-get install $packages" >&2
exit 2
