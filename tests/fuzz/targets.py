"""What must hold for any input: a function per target, which raises `AssertionError` (or what broke) if it does not.

`tests/test_fuzz.py` calls them with what hypothesis makes and with everything that was ever found;
`tests/fuzz/drive.py` with what atheris makes.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import html5lib
from html5lib.constants import namespaces
from html5lib.html5parser import ParseError

from recto.checks.linter import Linter
from recto.checks.settings import parse_rules
from recto.compile import compile_source
from recto.config import parse_config
from recto.diagnostic import has_errors
from recto.errors import ToolError
from recto.files import read_source
from recto.ledger import format_ledger, parse_ledger
from recto.look import parse_look
from recto.model import Config, NoteType, Unit
from recto.snapshot import read_package
from recto.source import Source, normalize
from recto.terms import Terms
from recto.tex import check_tex

ROOT = Path(__file__).parents[2]
SETTINGS = """\
name = "Test"
slug = "test"
version = "1.0.0"
namespace = "test"
deck-id = 1763780400009
tag-prefix = "t"
language = "zh"
rules.profile = "strict"
"""
# Where a picture's name will stand.
_MARK = re.compile("\x02[^\x03]*\x03")
# What HTML may not hold (standard, 13.2.3.5), and a diagram's marks.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef]|[^\x00-\ufffd\U00010000-\U0010fffd]")


@cache
def _surroundings() -> tuple[Config, dict[str, NoteType], Linter]:
    source = Source("deck.toml", SETTINGS)
    config, faults = parse_config(source)
    assert config
    assert not faults
    paths = [p for p in sorted((ROOT / "templates").rglob("*.*")) if p.suffix in (".toml", ".html", ".css")]
    notetypes, _ = parse_look({file.path: file for file in (read_source(ROOT, path)[0] for path in paths)})
    linter, _ = parse_rules(source, config.language, Terms())
    return config, notetypes, linter


def compile_text(text: str) -> tuple[Unit, Source]:
    """A topic file, compiled with this repository's note types under the strict profile."""
    config, notetypes, linter = _surroundings()
    source = Source("cards/a/topic.md", normalize(text))
    return compile_source(source, config, notetypes, linter), source


def topic(text: str) -> None:
    """A topic file: faults lie inside it, and what becomes of it is well-formed HTML without script."""
    check_unit(*compile_text(text))


def answer(text: str) -> None:
    """The text below a question."""
    topic(f"# T\n\n## Q {{#q}}\n\n{text}\n")


def cloze(text: str) -> None:
    """The text of a card with holes."""
    topic(f"# T\n\n## Q {{#q .cloze}}\n\n{text} =={{}}==\n")


def check_unit(unit: Unit, source: Source) -> None:
    """All that is promised of a compiled file."""
    lines = source.lines
    for fault in unit.diagnostics:
        span = fault.span
        assert 1 <= span.line <= len(lines), fault
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1, fault
        assert (span.line, span.column) <= (span.end_line, span.end_column), fault
        assert span.end_line <= len(lines), fault
        assert span.end_column <= len(lines[span.end_line - 1]) + 1, fault
    for note in unit.notes:
        for field in note.fields:
            check_safe(_UNFIT.sub("", _MARK.sub('src="x"', field)), is_whole=not has_errors(unit.diagnostics))


def check_safe(html: str, *, is_whole: bool) -> None:
    """As html5lib reads it: nothing runs, nothing is loaded; without an error of its syntax if `is_whole`."""
    parser = html5lib.HTMLParser(strict=is_whole)
    try:
        tree = parser.parseFragment(html, container="div")
    except ParseError as error:
        raise AssertionError(f"not well-formed: {error}: {html}") from error
    for element in tree.iter():
        name = str(element.tag).removeprefix(f"{{{namespaces['html']}}}")
        assert name not in ("script", "iframe", "object", "embed", "link", "meta", "base", "form", "style"), html
        for attribute, value in element.attrib.items():
            assert not str(attribute).lower().startswith("on"), html
            if attribute in ("href", "src"):
                assert not re.match(r"[\s\x00-\x20]*(javascript|vbscript|data|file):", value, re.IGNORECASE), html


def tex(text: str) -> None:
    """A formula: a fault lies inside it."""
    fault = check_tex(text)
    if fault:
        assert 0 <= fault.start <= fault.end <= len(text), fault


def ledger(text: str) -> None:
    """deck.lock: read or refused; what was read is written and read the same."""
    try:
        read = parse_ledger(text)
    except ToolError:
        return
    assert parse_ledger(format_ledger(read)) == read


def package(data: bytes) -> None:
    """A file that calls itself a package: read or refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.apkg"
        path.write_bytes(data)
        with contextlib.suppress(ToolError):
            read_package(path)


def file(data: bytes) -> None:
    """The bytes of a topic file."""
    config, notetypes, linter = _surroundings()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cards" / "topic.md"
        path.parent.mkdir()
        path.write_bytes(data)
        source, _ = read_source(Path(folder), path)
    check_unit(compile_source(source, config, notetypes, linter), source)


TEXTS: dict[str, Callable[[str], None]] = {f.__name__: f for f in (topic, answer, cloze, tex, ledger)}
BYTES: dict[str, Callable[[bytes], None]] = {f.__name__: f for f in (file, package)}
