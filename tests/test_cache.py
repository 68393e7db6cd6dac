"""The cache of compiled files is never wrong and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import DECK_TOML, ROOT, Deck, MakeDeck

import recto.units
from recto.cache import Cache, user_cache
from recto.cli import run
from recto.model import Unit
from recto.packing import pack
from recto.project import open_project
from recto.source import Source
from recto.units import UnitStore, fingerprint

CARD = "# T\n\n## Question {#q}\n\nAnswer **bold** ![a picture of nothing](none.png)\n\n## Two {#two}\n\nYes.\n"


def compiled(deck: Deck, cache: Cache) -> dict[str, Unit]:
    return dict(open_project(deck.root, cache).compile().units)


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that are compiled from now on."""
    paths: list[str] = []
    compile_source = recto.units.compile_source

    def counted(source: Source, *rest: object) -> Unit:
        paths.append(source.path)
        return compile_source(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(recto.units, "compile_source", counted)
    return paths


def test_unchanged_file__is_not_compiled_again(make_deck: MakeDeck, tmp_path: Path, count: list[str]) -> None:
    """Only what changed is; the units, faults included, are those of compiling anew."""
    deck, cache = make_deck({"cards/a.md": CARD, "cards/b.md": CARD.replace("{#", "{#b-")}), Cache(tmp_path / "cache")
    fresh = compiled(deck, Cache(None))
    assert [compiled(deck, cache), compiled(deck, cache)] == [fresh, fresh]
    deck.write("cards/b.md", "# B\n\n## New {#new}\n\nNew.\n")
    count.clear()
    changed = compiled(deck, cache)
    assert count == ["cards/b.md"]
    assert changed == compiled(deck, Cache(None))
    assert any(unit.diagnostics for unit in fresh.values()) is False


def test_restyling__compiles_nothing(make_deck: MakeDeck, tmp_path: Path, count: list[str]) -> None:
    """Anki fills templates, so they are no part of a unit; a field of a note type is."""
    deck, cache = make_deck({"cards/a.md": CARD}), Cache(tmp_path / "cache")
    compiled(deck, cache)
    count.clear()
    deck.write("templates/style/10-tokens.css", ".card { --x-paper: red }")
    deck.write("templates/basic/back.html", deck.read("templates/basic/back.html") + "<p>{{Question}}</p>")
    compiled(deck, cache)
    assert count == []
    types = deck.read("templates/notetypes.toml")
    deck.write("templates/notetypes.toml", types.replace('headings = ["展开"]', 'headings = ["展开", "More"]'))
    compiled(deck, cache)
    assert count == ["cards/a.md"]


@pytest.mark.parametrize(
    "setting",
    [
        'name = "Other"',
        'tag-prefix = "other"',
        'namespace = "other"',
        'areas.x = "Area"',
        'rules.profile = "strict"',
        'rules.answer-too-long = { severity = "error", limit = 1 }',
        'language = "zh"',
    ],
)
def test_setting_that_a_unit_depends_on__gives_another_key(make_deck: MakeDeck, setting: str) -> None:
    """What is not in the fingerprint could bring back a unit of other settings."""
    key = setting.split(" ")[0]
    base = "".join(line + "\n" for line in DECK_TOML.splitlines() if not line.startswith(f"{key} "))
    prints = []
    for text in (DECK_TOML, base + setting + "\n"):
        found = open_project(make_deck({"deck.toml": text, "cards/a.md": CARD}).root).compile()
        assert found.config, setting
        prints.append(fingerprint(found.config, found.notetypes, found.linter))
    assert prints[0] != prints[1]


def test_setting_that_no_unit_depends_on__leaves_the_units_alone(make_deck: MakeDeck) -> None:
    """Each other key of deck.toml: the same units, the same fingerprint."""
    deck = make_deck({"cards/a.md": CARD})
    found = open_project(deck.root).compile()
    assert found.config
    others = replace(found.config, slug="s", version="9.9.9", deck_id=77, description="d")
    assert fingerprint(found.config, found.notetypes, found.linter) == fingerprint(
        others, found.notetypes, found.linter
    )


@pytest.mark.parametrize("harm", ["truncate", "garbage", "empty", "other", "folder"])
def test_spoilt_entry__is_made_anew(make_deck: MakeDeck, tmp_path: Path, harm: str) -> None:
    """A cache that was cut short, overwritten, or holds bytes of another meaning costs time and nothing else."""
    deck, cache = make_deck({"cards/a.md": CARD}), Cache(tmp_path / "cache")
    fresh = compiled(deck, cache)
    (entry,) = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    data = entry.read_bytes()
    if harm == "folder":
        entry.unlink()
        entry.mkdir()
    elif harm == "other":  # whole, but no unit
        Cache(tmp_path / "cache").put(entry.parent.name + entry.name, b"\x93\x01\x02\x03")
    else:
        entry.write_bytes({"truncate": data[: len(data) // 2], "garbage": data[::-1], "empty": b""}[harm])
    assert compiled(deck, cache) == fresh
    assert compiled(deck, cache) == fresh


def test_cache_that_cannot_be_written__is_no_fault(make_deck: MakeDeck, tmp_path: Path) -> None:
    """A file where the folder should be stands for all that a folder can refuse."""
    (tmp_path / "cache").write_text("in the way")
    deck = make_deck({"cards/a.md": CARD})
    assert compiled(deck, Cache(tmp_path / "cache")) == compiled(deck, Cache(None))


def test_cache__stays_within_its_limit(tmp_path: Path) -> None:
    """What was put first goes first."""
    cache = Cache(tmp_path, limit=250)
    for number in range(5):
        cache.put(f"{number:064x}", b"x" * 84)  # 100 bytes with its digest
        os.utime(tmp_path / "00" / f"{number:062x}", (number, number))
    cache.trim()
    assert [number for number in range(5) if cache.get(f"{number:064x}") is not None] == [3, 4]


def test_two_processes__may_share_it(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Both come to the same end while they write the same entries."""
    files: dict[str, str | bytes] = {f"cards/{n}.md": CARD.replace("{#", f"{{#n{n}-") for n in range(40)}
    deck = make_deck({name: str(text).replace("![a picture of nothing](none.png)", "") for name, text in files.items()})
    command = [sys.executable, "-m", "recto", "check", "--deck", str(deck.root)]
    environment = {**os.environ, "RECTO_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate()[0] for process in both]
    assert outputs == ["80 notes: 0 errors, 0 warnings\n"] * 2
    assert [process.returncode for process in both] == [0, 0]


def test_no_cache__keeps_nothing(make_deck: MakeDeck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither `check --no-cache` nor `build --no-cache` reads or writes it; without the option both do."""
    monkeypatch.setenv("RECTO_CACHE", str(tmp_path / "cache"))
    deck = make_deck({"cards/a.md": CARD.replace("![a picture of nothing](none.png)", "")})
    for command in ("check", "build"):
        assert run([command, "--no-cache", "--deck", str(deck.root), "-q"]) == 0
    assert not (tmp_path / "cache").exists()
    assert run(["check", "--deck", str(deck.root), "-q"]) == 0
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {"outcomes", "units"}


def test_home_that_is_not_there__is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder for caches nothing is kept."""
    monkeypatch.delenv("RECTO_CACHE")
    monkeypatch.setattr("platformdirs.user_cache_path", _no_home)
    assert user_cache("units").get("00" * 32) is None


def _no_home(*_: object, **__: object) -> Path:
    raise RuntimeError("no home")


def test_deck__has_no_say_in_where_the_cache_is(make_deck: MakeDeck) -> None:
    """A deck of somebody else cannot bring units of its own making: the folder is the user's."""
    deck = make_deck({"cards/a.md": CARD})
    found = open_project(deck.root).compile()
    assert found.config
    forged = replace(found.units["cards/a.md"], notes=())
    UnitStore(Cache(deck.root / ".recto/units"), found.config, found.notetypes, found.linter).keep(
        forged.path, CARD, pack(forged)
    )
    assert compiled(deck, user_cache("units")) == found.units
