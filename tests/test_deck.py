"""The deck in this repository is itself a test: clean, as promised, and its numbers computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT

from recto.cli import run
from recto.cli.common import read_clock
from recto.ledger import unpromised
from recto.model import Edition
from recto.package import write_apkg
from recto.project import open_project
from recto.verify import import_apkg
from recto.versions import parse_version


@pytest.fixture(scope="module")
def edition() -> Edition:
    checked = open_project(ROOT).check(clock=read_clock)
    assert checked.diagnostics == ()
    assert checked.edition
    return checked.edition


def test_code__does_what_the_cards_say(capsys: pytest.CaptureFixture[str]) -> None:
    """Every block is executed: its output is the one shown, its assertions hold, none is left out."""
    assert run(["check", "--run", "--no-cache", "--deck", str(ROOT)]) == 0
    captured = capsys.readouterr()
    found = re.search(r"; code: (\d+) executed, 0 cached, 0 failed, 0 skipped \(isolated: ", captured.out)
    assert found, captured
    assert int(found[1]) >= 78
    assert captured.err == ""


def test_lock__is_that_of_the_version(edition: Edition) -> None:
    """Between releases cards may differ from deck.lock, the version may not run behind it."""
    project = open_project(ROOT)
    assert parse_version(project.config().version) >= parse_version(project.ledger().version)
    assert edition.version.removesuffix("-dev") == project.config().version
    if not edition.version.endswith("-dev"):
        assert unpromised(project.ledger(), edition) == []


def test_package__is_good_in_real_anki(tmp_path: Path, edition: Edition) -> None:
    """The deck imports as built: every card renders, nothing is missing, a second import changes nothing."""
    package = tmp_path / "deck.apkg"
    write_apkg(edition, ROOT, package)
    report = import_apkg(package)
    assert report.problems == ()
    assert report.notes == len(edition.notes) >= 60
    assert report.cards == sum(len(linked.ordinals) for linked in edition.notes)
    assert {name for name, _ in report.decks} == {linked.deck for linked in edition.notes}


def test_mix_of_cards__is_as_planned(edition: Edition) -> None:
    """What the first edition promised to contain."""
    texts = ["".join(linked.note.fields) for linked in edition.notes]
    tags = [linked.note.tags for linked in edition.notes]
    assert sum("llm::kind::compute" in t for t in tags) >= 8
    assert sum(linked.note.kind == "cloze" for linked in edition.notes) >= 6
    assert sum(len(linked.ordinals) == 2 for linked in edition.notes if linked.note.kind == "qa") >= 4
    assert sum("<table>" in text for text in texts) >= 4
    assert sum("\\[" in text for text in texts) >= 6
    assert sum('<pre class="code">' in text for text in texts) >= 4
    assert sum(".svg" in text for text in texts) >= 2


def test_every_card__has_one_tag_of_each_group_and_a_source(edition: Edition) -> None:
    """Filtered decks work, and no fact is without its source."""
    sources = {
        linked.notetype.kind: [f.name for f in linked.notetype.fields].index("Source") for linked in edition.notetypes
    }
    for linked in edition.notes:
        for group in ("topic", "kind", "tier", "level"):
            found = [tag for tag in linked.note.tags if tag.startswith(f"llm::{group}::")]
            assert len(found) == 1, (linked.note.id, group)
        source = linked.note.fields[sources[linked.note.kind]]
        assert re.search(r'href="https?://', source), linked.note.id
