"""The commands as a user calls them: output, exit codes, no traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import NOW, ROOT, MakeDeck

from recto.cli import COMMANDS, run

GOOD = "# T\n\n## Q {#one}\n\nA\n"
BAD = "# T\n\n## Q\n\nA\n"


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))


def test_build__writes_the_package_and_says_so(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """One line with the outcome, exit 0."""
    deck = make_deck({"cards/a.md": GOOD})
    assert run(["build", "--deck", str(deck.root)]) == 0
    package = deck.root / "dist/test-1.0.0-dev.apkg"
    assert package.exists()
    assert capsys.readouterr().out.startswith("test-1.0.0-dev.apkg: 1 notes, 1 cards, ")


def test_build_with_faults__writes_nothing(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """Errors are shown with their place, the old package stays, exit 1."""
    deck = make_deck({"cards/a.md": GOOD})
    run(["build", "--deck", str(deck.root), "-q"])
    before = (deck.root / "dist/test-1.0.0-dev.apkg").read_bytes()
    deck.write("cards/a.md", BAD)
    assert run(["build", "--deck", str(deck.root)]) == 1
    captured = capsys.readouterr()
    assert "cards/a.md:3:1: error: this card has no id [missing-id]" in captured.err
    assert "no package written: 1 error, 0 warnings" in captured.err
    assert (deck.root / "dist/test-1.0.0-dev.apkg").read_bytes() == before


def test_build__leaves_cards_alone(make_deck: MakeDeck) -> None:
    """A build never changes what the author wrote."""
    deck = make_deck({"cards/a.md": GOOD})
    run(["build", "--deck", str(deck.root), "-q"])
    assert deck.read("cards/a.md") == GOOD
    assert sorted(p.name for p in deck.root.iterdir()) == ["cards", "deck.toml", "dist", "templates"]


def test_locked__refuses_what_the_lock_does_not_know(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """`--locked` names what differs; after a release it builds, under the version's own name."""
    deck = make_deck({"cards/a.md": GOOD})
    assert run(["build", "--deck", str(deck.root), "--locked"]) == 2
    assert "2 not as deck.lock promises: qa, one" in capsys.readouterr().err
    assert run(["release", "--deck", str(deck.root)]) == 0
    assert run(["build", "--deck", str(deck.root), "--locked"]) == 0
    assert (deck.root / "dist/test-1.0.0.apkg").exists()


@pytest.mark.parametrize("name", ["collection.apkg", "backup-1.apkg", "deck.colpkg", "deck.zip"])
def test_out__refuses_names_that_anki_takes_for_backups(make_deck: MakeDeck, name: str) -> None:
    """Such a file would offer to replace the learner's whole collection."""
    deck = make_deck({"cards/a.md": GOOD})
    assert run(["build", "--deck", str(deck.root), "--out", str(deck.root / name)]) == 2
    assert not (deck.root / name).exists()


def test_check__formats(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """Text, JSON and GitHub's annotations say the same."""
    deck = make_deck({"cards/a.md": BAD})
    assert run(["check", "--deck", str(deck.root), "--format", "json"]) == 1
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["path"], entry["line"], entry["column"], entry["rule"]) == ("cards/a.md", 3, 1, "missing-id")
    assert run(["check", "--deck", str(deck.root), "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith(
        "::error file=cards/a.md,line=3,col=1,endLine=3,endColumn=5,title=missing-id::"
    )


def test_check__clean_deck(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """A clean deck is one line; a quiet one none."""
    deck = make_deck({"cards/a.md": GOOD})
    assert run(["check", "--deck", str(deck.root)]) == 0
    assert capsys.readouterr().out == "1 notes: 0 errors, 0 warnings\n"
    assert run(["check", "--deck", str(deck.root), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_ids__shows_then_writes_then_has_nothing_to_do(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --write nothing changes; a second --write changes nothing."""
    deck = make_deck({"cards/a.md": BAD})
    assert run(["ids", "--deck", str(deck.root)]) == 0
    assert deck.read("cards/a.md") == BAD
    assert run(["ids", "--deck", str(deck.root), "--write"]) == 0
    written = deck.read("cards/a.md")
    assert written == "# T\n\n## Q {#a-q}\n\nA\n"
    capsys.readouterr()
    assert run(["ids", "--deck", str(deck.root), "--write"]) == 0
    assert capsys.readouterr().out == "every card has an id\n"
    assert deck.read("cards/a.md") == written


def test_stats__counts(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts by deck, note type and tag."""
    deck = make_deck({"cards/a.md": "# T\n\n## 甲 {#one tags='kind::why'}\n\n乙丙 abc $x$\n"})
    assert run(["stats", "--deck", str(deck.root)]) == 0
    out = capsys.readouterr().out
    assert "1 notes, 1 cards, 0 media files" in out
    assert "why" in out
    assert re.search(r"(?m)^answer +8 +8 +8$", out)


def test_verify__says_what_anki_has(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """The built package in real Anki, in words."""
    deck = make_deck({"cards/a.md": GOOD})
    assert run(["verify", "--deck", str(deck.root)]) == 2
    assert "run `build` first" in capsys.readouterr().err
    run(["build", "--deck", str(deck.root), "-q"])
    assert run(["verify", "--deck", str(deck.root)]) == 0
    out = capsys.readouterr().out
    assert "1 notes, 1 cards, 0 media files imported" in out
    assert "importing it again changes nothing" in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command__has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` shows --deck, --quiet and an example."""
    assert run([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert "--deck DIR" in out
    assert "--quiet" in out
    assert f"Example:\n    recto {command}" in out


def test_wrong_surroundings__exit_2_without_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No deck.toml, an unknown command, a wrong option, a broken SOURCE_DATE_EPOCH."""
    assert run(["check", "--deck", str(tmp_path)]) == 2
    assert "there is no deck.toml" in capsys.readouterr().err
    assert run(["chekc"]) == 2
    assert 'Did you mean "check"?' in capsys.readouterr().err
    assert run(["check", "--formt", "json"]) == 2
    capsys.readouterr()


def test_broken_epoch__is_named(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SOURCE_DATE_EPOCH that is no number stops the build."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert run(["build", "--deck", str(make_deck({"cards/a.md": GOOD}).root)]) == 2


def test_empty_deck__is_refused(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """A package without cards helps nobody."""
    assert run(["build", "--deck", str(make_deck().root)]) == 2
    assert "no cards" in capsys.readouterr().err


def test_build_deck__without_a_command_builds(make_deck: MakeDeck) -> None:
    """`python build_deck.py` is `build`; options alone go to it too; another command stays itself."""
    deck = make_deck({"cards/a.md": GOOD})
    assert run(["--deck", str(deck.root), "-q"], default="build") == 0
    assert (deck.root / "dist/test-1.0.0-dev.apkg").exists()
    result = subprocess.run(
        [sys.executable, "build_deck.py", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"LANG": "C", "PATH": ""},
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "notes: 0 errors" in result.stdout
