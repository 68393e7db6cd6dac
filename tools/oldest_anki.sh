#!/bin/sh
# usage: oldest_anki.sh FOLDER
# Make a virtual environment with the oldest Anki that installs from PyPI and works on this Python, for
# tests/test_matrix.py. $PYTHON names the Python; the default is the one of .venv. A folder that is good is left alone.
set -eu
folder=${1:?usage: oldest_anki.sh FOLDER}
python=${PYTHON:-.venv/bin/python}

works() {
    "$folder/bin/python" - 2>/dev/null <<'EOF'
import os, tempfile
from anki.collection import Collection
with tempfile.TemporaryDirectory() as folder:
    collection = Collection(os.path.join(folder, "collection.anki2"))
    collection.models.all()
    collection.close()
EOF
}

if [ -x "$folder/bin/python" ] && works; then
    exit 0
fi
if [ -e "$folder" ] && [ ! -e "$folder/pyvenv.cfg" ]; then
    echo "error: $folder exists and is no virtual environment" >&2
    echo "  help: name another folder, or remove it" >&2
    exit 2
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing the oldest Anki that works here into $folder"
# 2.1.49 has the importer written in Python; 2.1.54 the first in Rust; 23.10 the first with options and stable ids.
# Generated code of Anki before 2.1.55 needs a protobuf before 3.21.
for anki in "2.1.49 protobuf<3.21" "2.1.54 protobuf<3.21" 2.1.66 23.10.1 23.12.1 24.11 25.2 25.9.2; do
    rm -rf "$folder"
    if ! "$python" -m venv "$folder" >>"$log" 2>&1; then
        cat "$log" >&2
        echo "error: $python cannot make a virtual environment" >&2
        echo "  help: run \`make test\`, which sees to it" >&2
        exit 2
    fi
    echo '*' >"$folder/.gitignore"
    echo "--- anki $anki" >>"$log"
    extra=${anki#"${anki%% *}"}
    if "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary anki,orjson \
        "anki==${anki%% *}" ${extra:+"${extra# }"} >>"$log" 2>&1 && works; then
        exit 0
    fi
done
rm -rf "$folder"
cat "$log" >&2
echo "error: no old Anki could be installed (above: what pip said)" >&2
echo "  help: is there a network? then run again; PYTHON=/path/to/python3.11 chooses another Python" >&2
exit 2
