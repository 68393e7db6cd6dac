#!/bin/sh
# usage: venv.sh PYTHON FOLDER
# Make a virtual environment, with the best Python >= 3.11 there is; say what to install if that cannot be done.
set -eu
folder=$2
python=
for candidate in "$1" python3.14 python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "error: recto needs Python 3.11 or newer" >&2
    echo "  help: install one, or name it: make PYTHON=/path/to/python3 deck" >&2
    exit 2
fi
if "$python" -m venv "$folder" 2>/dev/null; then
    exit 0
fi
rm -rf "$folder"
# Debian and Ubuntu ship Python without venv.
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq "python$version-venv" >/dev/null
    exec "$python" -m venv "$folder"
fi
echo "error: this Python has no venv module" >&2
echo "  help: sudo apt-get install python$version-venv, then again" >&2
exit 2
