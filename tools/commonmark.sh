#!/bin/sh
# usage: commonmark.sh FILE
# Put the examples of CommonMark's specification into FILE (JSON), for tests/test_commonmark.py. They are part of the source
# package of markdown-it-py, of the version that is installed. $PYTHON names the Python; the default is the one of .venv.
set -eu
file=${1:?usage: commonmark.sh FILE}
python=${PYTHON:-.venv/bin/python}
[ -s "$file" ] && exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
version=$("$python" -c 'from importlib.metadata import version; print(version("markdown-it-py"))')
if ! "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest "$folder" \
    "markdown-it-py==$version" >"$folder/log" 2>&1; then
    cat "$folder/log" >&2
    echo "error: the source package of markdown-it-py $version cannot be had" >&2
    exit 2
fi
mkdir -p "$(dirname "$file")"
tar -xOzf "$folder"/*.tar.gz "markdown_it_py-$version/tests/test_cmark_spec/commonmark.json" >"$folder/examples"
mv "$folder/examples" "$file"
