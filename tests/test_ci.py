"""What other people's decks use of this repository: the hook, the action, the profile that a study deck lives with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Deck, MakeDeck

from recto.cli import run

ANATOMY = ROOT / "tests/decks/anatomy"
BAD = "# T\n\n## Question {#q}\n"


@pytest.fixture
def anatomy(tmp_path: Path) -> Deck:
    deck = Deck(tmp_path / "my deck")
    shutil.copytree(ANATOMY, deck.root)
    shutil.copytree(ROOT / "templates", deck.root / "templates")
    return deck


def test_deck_of_another_field__is_clean_under_the_default_profile(anatomy: Deck) -> None:
    """An author of anatomy cards touches no Python, no rule and no threshold."""
    checked = anatomy.check()
    assert checked.diagnostics == ()
    assert checked.edition
    assert len(checked.edition.notes) == 11


def test_hook__is_one_that_precommit_takes() -> None:
    """Its manifest is valid, its files are those that a deck is made of, its entry exists."""
    manifest = ROOT / ".pre-commit-hooks.yaml"
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(manifest)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (hook,) = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    program, *arguments = hook["entry"].split()
    assert program == "recto"
    assert run([*arguments, "--help"]) == 0


def shell_of_action() -> str:
    """The last step of action.yml: what it gives to bash."""
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    shell: str = steps[-1]["run"]
    return shell


@pytest.mark.parametrize(("text", "code"), [("# T\n\n## Q {#q}\n\nA.\n", 0), (BAD, 1)])
def test_action__annotates_files_as_the_repository_names_them(
    anatomy: Deck, text: str, code: int, tmp_path: Path
) -> None:
    """Its step runs in the repository, of which the deck may be a folder with a space in its name."""
    anatomy.write("cards/new.md", text)
    (tmp_path / "bin").mkdir()
    recto = tmp_path / "bin/recto"
    recto.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m recto "$@"\n')
    recto.chmod(0o755)
    environment = {**os.environ, "DECK": "my deck", "ARGUMENTS": "--no-cache", "PYTHONPATH": str(ROOT)}
    environment["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{environment['PATH']}"
    command = ["bash", "-e", "-c", shell_of_action()]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    place = "::error file=my deck/cards/new.md,line=3,col=1,endLine=3,endColumn=17,title=missing-answer::"
    assert done.stdout.startswith(place) if code else done.stdout == ""
    assert "12 notes" in done.stderr


def test_json__is_alone_on_standard_output(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read it; the summary for people goes to standard error."""
    deck = make_deck({"cards/a.md": BAD})
    assert run(["check", "--format", "json", "--deck", str(deck.root)]) == 1
    out, err = capsys.readouterr()
    assert out.lstrip().startswith("[")
    assert out.rstrip().endswith("]")
    assert err == "1 notes: 1 error, 0 warnings\n"
