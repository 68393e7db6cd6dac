"""The shape of the library: every import points down, and every outside library has one door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

LAYERS = {
    "errors": 0,
    "source": 0,
    "suggest": 0,
    "lang": 0,
    "cache": 0,
    "packing": 0,
    "parallel": 0,
    "units": 9,
    "length": 0,
    "layout": 0,
    "inputs": 4,
    "outcome": 5,
    "terms": 3,
    "tex": 1,
    "template": 0,
    "diagnostic": 1,
    "model": 2,
    "rulebook": 2,
    "report": 2,
    "settings": 3,
    "files": 3,
    "goals": 3.5,
    "config": 4,
    "look": 4,
    "identity": 4,
    "media": 4,
    "versions": 0,
    "columns": 0,
    "yamltree": 1,
    "syllabus": 4,
    "coverage": 5,
    "ledger": 5,
    "stamps": 6,
    "guard": 6,
    "parse": 5,
    "drawing": 5,
    "ids": 6,
    "facts": 6,
    "render": 6,
    "checks": 7,
    "compile": 8,
    "study": 8.5,
    "fix": 9,
    "link": 9,
    "apkg": 4,
    "face": 10,
    "package": 10,
    "verify": 10,
    "stats": 10,
    "snapshot": 11,
    "diff": 12,
    "news": 13,
    "upgrade": 13,
    "project": 14,
    "preview": 15,
    "release": 15,
    "cli": 16,
    "__init__": 17,
    "__main__": 17,
}
DOORS = {
    "genanki": {"recto.package"},
    "anki": {"recto.verify"},
    "click": {"recto.cli"},
    "pygments": {"recto.render.code"},
    "yaml": {"recto.yamltree"},
    "starlette": {"recto.preview.server"},
    "uvicorn": {"recto.preview.server"},
    "watchfiles": {"recto.preview.server"},
    "msgspec": {"recto.packing"},
    "platformdirs": {"recto.cache"},
    "imagesize": {"recto.media"},
    "cssselect2": {"recto.drawing.style"},
    "tinycss2": {"recto.drawing.style"},
    "svgelements": {"recto.drawing.places"},
    "mdit_py_plugins": {"recto.parse.markdown"},
}


def modules() -> list[tuple[str, Path]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts), path)
        for path in sorted((ROOT / "recto").rglob("*.py"))
    ]


def imports_of(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda value: str(value) if isinstance(value, str) else "")
def test_imports__point_down_and_use_the_doors(module: str, path: Path) -> None:
    """A module imports lower rooms or its own; an outside library is imported in one place."""
    for name in imports_of(path):
        top = name.split(".")[0]
        if top == "recto" and name != "recto":
            same = room(name) == room(module)
            assert same or LAYERS[room(name)] < LAYERS[room(module)], f"{module} imports {name}"
        elif top in DOORS:
            assert any(module.startswith(door) for door in DOORS[top]), f"{module} imports {name}"


def test_markdown_parser__is_built_in_one_place() -> None:
    """Nobody else makes a MarkdownIt."""
    users = [module for module, path in modules() if "MarkdownIt(" in path.read_text(encoding="utf-8")]
    assert users == ["recto.parse.markdown"]


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["--version"]])
def test_help__imports_nothing_heavy(arguments: list[str]) -> None:
    """`recto --help` must be there at once."""
    code = (
        "import sys\nfrom recto.cli import run\nrun(sys.argv[1:])\n"
        "heavy = {'genanki', 'anki', 'markdown_it', 'pygments', 'yaml', 'sqlite3', 'svgelements', "
        "'starlette'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout
