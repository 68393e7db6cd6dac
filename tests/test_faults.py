"""Surroundings that fail in the middle of a command: what was there stays whole, and the next run does its work."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import NOW, ROOT, Deck, MakeDeck
from test_link import PNG

from recto.errors import ToolError
from recto.package import write_apkg

DRIVER = ROOT / "tests" / "faults" / "driver.py"
POINTS = 50
FIRST = "# 主题\n\n## 问一 {#one}\n\n答一\n\n![一幅图](x.png)\n"
SECOND = FIRST.replace("答一", "答一，改过") + "\n## 问二 {#two}\n\n答二\n"


def run(
    deck: Deck, *words: str, kill_at: int = 0, by: str = "SIGKILL", at: int = NOW
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(at), "RECTO_CACHE": ""}
    command = [sys.executable, str(DRIVER), by, str(kill_at), *words, "--deck", str(deck.root)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def state(deck: Deck) -> dict[str, bytes]:
    """Every file of the deck but its templates, by path."""
    files = (p for p in sorted(deck.root.rglob("*")) if p.is_file() and "templates" not in p.parts)
    return {path.relative_to(deck.root).as_posix(): path.read_bytes() for path in files}


def released_once(make_deck: MakeDeck) -> Deck:
    """Release 1.0.0 is out, and the author has written the next."""
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG})
    done = run(deck, "release")
    assert done.returncode == 0, done.stderr
    return deck.write("cards/a.md", SECOND)


def points_of(steps: int) -> list[int]:
    """Steps to be killed at, spread evenly over all of them, the first and the last included."""
    assert steps >= POINTS
    return sorted({1 + round(n * (steps - 1) / (POINTS - 1)) for n in range(POINTS)})


def restore(deck: Deck, files: dict[str, bytes]) -> None:
    for path in state(deck):
        (deck.root / path).unlink()
    for path, data in files.items():
        deck.write(path, data)


@pytest.mark.parametrize("command", ["build", "release"])
def test_killed_at_any_moment(make_deck: MakeDeck, command: str) -> None:
    """SIGKILL at 50 steps of writing: every package is whole, and the same command then ends as if nothing had been.

    A release that was killed has happened when deck.lock says so; the next one would find nothing to do.
    """
    deck = released_once(make_deck)
    before = state(deck)
    whole = run(deck, command, at=NOW + 86400)
    assert whole.returncode == 0, whole.stderr
    after = state(deck)
    intact = 0
    points = points_of(int(whole.stdout.split()[-1]))
    for point in points:
        restore(deck, before)
        killed = run(deck, command, kill_at=point, at=NOW + 86400)
        assert killed.returncode == -9, (point, killed.stderr)
        left = state(deck)
        for path in (p for p in left if p.endswith(".apkg")):
            assert left[path] in (before.get(path), after[path]), (point, path)
            assert zipfile.ZipFile(deck.root / path).testzip() is None
        assert left["deck.lock"] in (before["deck.lock"], after["deck.lock"]), point
        intact += 1
        if left == before:
            continue
        again = run(deck, command, at=NOW + 86400)
        if left["deck.lock"] == before["deck.lock"] or command == "build":
            assert again.returncode == 0, (point, again.stderr)
        else:
            assert "nothing has changed" in again.stderr, point
        assert state(deck) == after, point
    assert intact == len(points) == POINTS


def recto(deck: Deck, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, with nothing of this environment but what is given."""
    command = [sys.executable, "-m", "recto", *words, "--deck", str(deck.root)]
    wanted = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": str(NOW), "RECTO_CACHE": "", **environment}
    return subprocess.run(command, env=wanted, cwd=ROOT, capture_output=True, text=True, check=False)


def in_namespace(script: str, deck: Deck) -> subprocess.CompletedProcess[str]:
    """A shell script ($1: the deck, $2: Python) that may mount what it likes, and nobody else sees it."""
    inside = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*inside, "true"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    command = [*inside, "sh", "-c", script, "sh", str(deck.root), sys.executable]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_disk_full(make_deck: MakeDeck) -> None:
    """On a file system of 256 KiB: exit 2, the reason and what to do; the older package and the lock are as before."""
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG + os.urandom(300_000)})
    (deck.root / "dist").mkdir()
    done = in_namespace(
        'mount -t tmpfs -o size=256k none "$1/dist" && echo old > "$1/dist/test-1.0.0.apkg" && '
        '"$2" -m recto release --deck "$1"; code=$?; ls -A "$1/dist"; cat "$1/dist/test-1.0.0.apkg"; exit $code',
        deck,
    )
    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stderr
    assert "the disk is full: make room" in done.stderr
    assert done.stdout.splitlines()[-2:] == ["test-1.0.0.apkg", "old"]
    assert not (deck.root / "deck.lock").exists()


def test_release_interrupted_at_its_end(make_deck: MakeDeck) -> None:
    """Ctrl-C at each of the last steps of writing: what deck.lock says is all there, else the release can be redone."""
    deck = released_once(make_deck)
    before = state(deck)
    whole = run(deck, "release", at=NOW + 86400)
    after = state(deck)
    steps = int(whole.stdout.split()[-1])
    found = set()
    for point in range(steps - 29, steps + 1):
        restore(deck, before)
        run(deck, "release", kill_at=point, by="SIGINT", at=NOW + 86400)
        happened = state(deck)["deck.lock"] == after["deck.lock"]
        found.add(happened)
        if not happened:
            again = run(deck, "release", at=NOW + 86400)
            assert again.returncode == 0, (point, again.stderr)
        assert state(deck) == after, point
    assert found == {False, True}


@pytest.mark.parametrize("name", ["dist/SHA256SUMS", "NEWS.md", "deck.toml", "deck.lock"])
def test_release_that_fails_half_way(make_deck: MakeDeck, name: str) -> None:
    """Whichever file cannot be replaced, the others are as before: no package is left that no deck.lock knows."""
    deck = released_once(make_deck)
    before = state(deck)
    place = f'"$1/{name}"'
    done = in_namespace(f'mount --bind {place} {place} && "$2" -m recto release --deck "$1"', deck)
    assert done.returncode == 2, done.stderr
    assert f"cannot write {deck.root / name}" in done.stderr or f"cannot write {name}" in done.stderr, done.stderr
    assert state(deck) == before


@pytest.mark.parametrize(("folder", "command"), [("dist", "build"), (".", "release"), ("cards", "ids --write")])
def test_folder_that_can_only_be_read(make_deck: MakeDeck, folder: str, command: str) -> None:
    """Exit 2 and a message that names the place; nothing has changed."""
    deck = make_deck({"cards/a.md": FIRST + "\n## 问二\n\n答二\n" if "ids" in command else FIRST, "cards/x.png": PNG})
    (deck.root / "dist").mkdir()
    before = state(deck)
    place = f'"$1/{folder}"'
    done = in_namespace(
        f'mount --bind {place} {place} && mount -o remount,bind,ro {place} && "$2" -m recto {command} --deck "$1"', deck
    )
    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stderr
    assert "this place can only be read" in done.stderr
    assert state(deck) == before


def test_file_vanishes_before_it_is_packed(make_deck: MakeDeck) -> None:
    """A picture that was there when the deck was checked, and is not when it is packed."""
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG})
    edition = deck.check().edition
    assert edition
    (deck.root / "cards" / "x.png").unlink()
    with pytest.raises(ToolError, match=r"cannot read cards/x\.png"):
        write_apkg(edition, deck.root, deck.root / "dist" / "a.apkg")
    assert list((deck.root / "dist").iterdir()) == []


def test_file_changes_before_it_is_packed(make_deck: MakeDeck) -> None:
    """A picture's name in Anki is made of what it held: other bytes under that name would never be corrected."""
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG})
    edition = deck.check().edition
    assert edition
    deck.write("cards/x.png", PNG + b"more")
    with pytest.raises(ToolError, match=r"cards/x\.png has changed"):
        write_apkg(edition, deck.root, deck.root / "dist" / "a.apkg")
    assert list((deck.root / "dist").iterdir()) == []


def test_two_builds_at_once(make_deck: MakeDeck) -> None:
    """Each writes a file of its own and renames it: both end well, and the package is whole."""
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG})
    command = [sys.executable, "-m", "recto", "build", "--deck", str(deck.root)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(NOW)}
    builds = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [build.wait(60) for build in builds] == [0, 0, 0, 0]
    assert [path.name for path in (deck.root / "dist").iterdir()] == ["test-1.0.0-dev.apkg"]
    assert zipfile.ZipFile(deck.root / "dist" / "test-1.0.0-dev.apkg").testzip() is None


@pytest.mark.parametrize(
    "environment",
    [{}, {"LANG": "C", "LC_ALL": "C"}, {"HOME": "/nonexistent"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}],
    ids=lambda environment: " ".join(environment) or "nothing set",
)
def test_bare_surroundings(make_deck: MakeDeck, environment: dict[str, str]) -> None:
    """Without a home, a locale or a terminal the messages are the same, in UTF-8."""
    deck = make_deck({"cards/a.md": FIRST + "\n## 问二？\n\n答\n", "cards/x.png": PNG})
    done = recto(deck, "check", **{"RECTO_CACHE": str(deck.root / "cache"), **environment})
    assert done.returncode == 1
    assert "## 问二？" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_no_home_and_no_cache_named(make_deck: MakeDeck) -> None:
    """Nothing is kept, and nothing fails."""
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG})
    command = [sys.executable, "-m", "recto", "build", "--deck", str(deck.root)]
    done = subprocess.run(command, env={"HOME": "/proc/nowhere"}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["with space", "中文 牌组", "50% off", "it's", "a#b?c", "x" * 100])
def test_folder_with_an_odd_name(make_deck: MakeDeck, tmp_path: Path, name: str) -> None:
    """Where a deck lies is nothing to its cards."""
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG})
    expected = deck.build().read_bytes()
    moved = Deck(deck.root.rename(tmp_path / name))
    assert moved.build().read_bytes() == expected


def test_temporary_folder__holds_nothing_afterwards(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Neither a build nor one that fails leaves anything in the system's temporary folder."""
    (tmp_path / "temporary").mkdir()
    deck = make_deck({"cards/a.md": FIRST, "cards/x.png": PNG})
    assert recto(deck, "build", TMPDIR=str(tmp_path / "temporary")).returncode == 0
    deck.write("cards/x.png", b"no picture")
    assert recto(deck, "build", TMPDIR=str(tmp_path / "temporary")).returncode == 1
    assert list((tmp_path / "temporary").iterdir()) == []


def test_clock_that_runs_behind(make_deck: MakeDeck) -> None:
    """Learners' Anki takes what is newer: a release with an older time would reach nobody, so none is written."""
    deck = released_once(make_deck)
    before = state(deck)
    done = run(deck, "release", at=NOW - 86400)
    assert done.returncode == 2
    assert "clock" in done.stderr
    assert state(deck) == before
