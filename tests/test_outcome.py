"""What a command came to is given again only while nothing that it depends on has changed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import NOW, ROOT, Deck, MakeDeck
from test_link import PNG

import recto.outcome
from recto.cache import Cache
from recto.cli import run
from recto.inputs import read_inputs
from recto.outcome import Outcome, Outcomes
from recto.project import Project

CARD = "# T\n\n## Question {#q}\n\nAnswer **bold** ![a picture](one.png)\n\n## Two {#two}\n\nYes.\n"


@pytest.fixture
def deck(make_deck: MakeDeck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deck:
    """A deck with every sort of file, at one time, with a cache of its own."""
    monkeypatch.setenv("RECTO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    return make_deck(
        {
            "cards/a.md": CARD,
            "cards/b.md": CARD.replace("{#", "{#b-").replace("![a picture](one.png)", ""),
            "cards/one.png": PNG,
            "terms.yaml": "- term: KV cache\n",
            "syllabus/one.yaml": "- title: One\n  items:\n    - id: t-1\n      title: What is asked\n",
        }
    )


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Filled with a word whenever a deck is checked from now on."""
    found: list[str] = []
    check = Project.check
    monkeypatch.setattr(Project, "check", lambda *args, **rest: found.append("checked") or check(*args, **rest))
    return found


@pytest.mark.parametrize("command", ["build", "check"])
def test_second_run__says_the_same_and_checks_nothing(
    deck: Deck, checks: list[str], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Both streams, the exit code, the package; its time is new, as commands take the newest for the last build."""
    deck.write("cards/unused.png", PNG)
    seen = []
    for _ in range(2):
        code = run([command, "--deck", str(deck.root)])
        seen.append((code, capsys.readouterr(), [path.read_bytes() for path in deck.root.glob("dist/*")]))
        for path in deck.root.glob("dist/*"):
            assert path.stat().st_mtime > 1
            os.utime(path, (1, 1))
    assert seen[0] == seen[1]
    assert checks == ["checked"]
    assert "unused-media" in seen[0][1].err


CHANGES: dict[str, Callable[[Deck], object]] = {
    "a card": lambda deck: deck.write("cards/a.md", CARD.replace("bold", "new")),
    "a new file": lambda deck: deck.write("cards/c.md", CARD.replace("{#", "{#c-")),
    "a file gone": lambda deck: (deck.root / "cards/b.md").unlink(),
    "a file renamed": lambda deck: (deck.root / "cards/b.md").rename(deck.root / "cards/z.md"),
    "a picture": lambda deck: deck.write("cards/one.png", PNG + b"\x00"),
    "a picture gone": lambda deck: (deck.root / "cards/one.png").unlink(),
    "a link instead of a file": lambda deck: _link(deck.root / "cards/one.png"),
    "a template": lambda deck: deck.write("templates/basic/back.html", deck.read("templates/basic/back.html") + "<p>"),
    "a style": lambda deck: deck.write("templates/style/99-more.css", ".card { color: red }"),
    "words": lambda deck: deck.write("terms.yaml", "- term: kv cache\n"),
    "the syllabus": lambda deck: deck.write("syllabus/one.yaml", "- title: [\n"),
    "the settings": lambda deck: deck.write("deck.toml", deck.read("deck.toml") + "# more\n"),
    "the lock": lambda deck: deck.write("deck.lock", "recto-lock 1\nversion 0.0.1\nreleased 20\nheadline x\n"),
    "the package gone": lambda deck: next(deck.root.glob("dist/*")).unlink(),
    "the package spoilt": lambda deck: next(deck.root.glob("dist/*")).write_bytes(b"PK"),
    "a new month": lambda _: os.environ.update(SOURCE_DATE_EPOCH=str(NOW + 31 * 86400)),
    "a clock that runs behind": lambda _: os.environ.update(SOURCE_DATE_EPOCH=str(NOW - 1)),
}


def _link(path: Path) -> None:
    path.rename(path.with_name("other.png"))
    path.symlink_to("other.png")


@pytest.mark.parametrize("change", CHANGES)
def test_change__is_seen(deck: Deck, checks: list[str], change: str) -> None:
    """Each thing that a build depends on."""
    assert run(["build", "--deck", str(deck.root), "-q"]) == 0
    checks.clear()
    CHANGES[change](deck)
    run(["build", "--deck", str(deck.root), "-q"])
    assert checks == ["checked"]


def test_new_code__is_seen(deck: Deck, checks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own, Python's and the libraries'."""
    assert run(["build", "--deck", str(deck.root), "-q"]) == 0
    monkeypatch.setattr(recto.outcome, "code_version", lambda: ("other",))
    assert run(["build", "--deck", str(deck.root), "-q"]) == 0
    assert checks == ["checked"] * 2


@pytest.mark.parametrize("options", [["--no-cache"], ["--locked"], ["--out", "other.apkg"]])
def test_options__do_as_they_say(
    deck: Deck, checks: list[str], monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    """They are for those who want it done."""
    monkeypatch.chdir(deck.root)
    assert run(["build", "-q"]) == 0
    run(["build", "-q", *options])
    assert checks == ["checked"] * 2


@pytest.mark.parametrize("command", ["build", "check"])
def test_deck_with_errors__keeps_them(
    deck: Deck, checks: list[str], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """What is wrong is said again, with its exit code, and nothing is written."""
    deck.write("cards/b.md", "# T\n\n## No id\n\nAnswer.\n")
    seen = [(run([command, "--deck", str(deck.root)]), capsys.readouterr()) for _ in range(2)]
    assert seen[0] == seen[1]
    assert seen[0][0] == 1
    assert "missing-id" in seen[0][1].err
    assert checks == ["checked"]
    assert not list(deck.root.glob("dist/*.apkg"))


def test_change_while_it_runs__keeps_nothing(deck: Deck, tmp_path: Path) -> None:
    """Not even if it is taken back before the end: what was read in between nobody knows."""
    cache = Cache(tmp_path / "kept")
    outcomes = Outcomes(cache, deck.root, "check", NOW)
    deck.write("cards/a.md", "# Other\n")
    deck.write("cards/a.md", CARD)
    outcomes.keep(Outcome(NOW, (), notes=1))
    assert Outcomes(cache, deck.root, "check", NOW).find() is None
    outcomes = Outcomes(cache, deck.root, "check", NOW)
    outcomes.keep(Outcome(NOW, (), notes=1))
    assert Outcomes(cache, deck.root, "check", NOW).find() == Outcome(NOW, (), notes=1)


@pytest.mark.parametrize("spoil", [b"", b"garbage", b"\x92\xa1x"])
def test_spoilt_entry__is_made_anew(deck: Deck, checks: list[str], tmp_path: Path, spoil: bytes) -> None:
    """Cut short, overwritten, or whole with another meaning."""
    assert run(["check", "--deck", str(deck.root), "-q"]) == 0
    (entry,) = (path for path in (tmp_path / "cache/outcomes").rglob("*") if path.is_file())
    Cache(tmp_path / "cache/outcomes").put(entry.parent.name + entry.name, spoil)
    if spoil == b"garbage":
        entry.write_bytes(spoil)
    assert run(["check", "--deck", str(deck.root), "-q"]) == 0
    assert checks == ["checked"] * 2


WATCHED = """
import pathlib, sys
opened = set()
sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
from recto.cli import run
run([sys.argv[1], "-q", "--deck", sys.argv[2]])
from recto.inputs import read_inputs
root = pathlib.Path(sys.argv[2])
print(*sorted(pathlib.Path(p).relative_to(root).as_posix() for p in opened if p.startswith(f"{root}/")))
"""


@pytest.mark.parametrize("command", ["build", "check"])
def test_whatever_is_read__counts(deck: Deck, command: str) -> None:
    """Each file of the deck that a command opens gives other inputs when it changes; packages are looked at apart."""
    deck.write("deck.lock", "recto-lock 1\nversion 0.0.1\nreleased 20\nheadline x\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, f"{command}", str(deck.root)],
        env={**environment, "RECTO_CACHE": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    opened = [name for name in done.stdout.split() if not name.startswith("dist/")]
    assert {"cards/a.md", "cards/one.png", "deck.lock", "deck.toml", "syllabus/one.yaml", "terms.yaml"} <= set(opened)
    before = read_inputs(deck.root)
    for name in opened:
        data = (deck.root / name).read_bytes()
        deck.write(name, data + b" ")
        assert read_inputs(deck.root).content != before.content, name
        deck.write(name, data)
    assert read_inputs(deck.root).content == before.content


class Author:
    """Edits two copies of a deck alike, at random."""

    def __init__(self, seed: int, decks: tuple[Deck, Deck]) -> None:
        self.dice = random.Random(seed)
        self.decks = decks
        self.past = [self.files()]
        self.made = 0

    def files(self) -> dict[str, bytes]:
        root = self.decks[0].root
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for folder in ("cards", "templates")
            for path in sorted((root / folder).rglob("*"))
            if path.is_file()
        } | {"deck.toml": (root / "deck.toml").read_bytes()}

    def edit(self) -> None:
        """One change; the past is remembered, so that it can be taken back."""
        files = dict(self.files())
        self.made += 1
        topics = [name for name in files if name.endswith(".md")]
        name = self.dice.choice(topics)
        action = self.dice.choice(
            ["card", "card", "add", "drop", "move", "file", "style", "back", "image", "text", "bad"]
        )
        if action == "card":
            files[name] = files[name].replace(b"Yes", b"Yes, yes", 1) + f"\nMore {self.made}.\n".encode()
        elif action == "add":
            files[name] += f"\n## New {self.made} {{#new-{self.made}}}\n\n`code` and ==nothing==.\n".encode()
        elif action == "drop" and len(topics) > 1:
            del files[name]
        elif action == "move":
            files[f"cards/m{self.made}.md"] = files.pop(name)
        elif action == "file":
            files[f"cards/f{self.made}.md"] = CARD.replace("{#", f"{{#f{self.made}-").replace("(one", "(/one").encode()
            files[f"cards/f{self.made}.md"] = files[f"cards/f{self.made}.md"].replace(
                b"![a picture](/one.png)", b"Plain"
            )
        elif action == "style":
            files["templates/style/99-more.css"] = f".card {{ margin: {self.made}px }}\n".encode()
        elif action == "image":
            files["cards/one.png"] = PNG + bytes([self.made % 256])
        elif action == "settings":
            files["deck.toml"] = files["deck.toml"] + f"# {self.made}\n".encode()
        elif action == "bad":
            files[name] += b"\n## No id\n\nAnswer.\n"
        elif action == "back":
            files = dict(self.dice.choice(self.past))
        self.past.append(files)
        now = self.files()
        for deck in self.decks:
            for gone in now.keys() - files.keys():
                (deck.root / gone).unlink()
            for path, data in files.items():
                if now.get(path) != data:
                    deck.write(path, data)


@pytest.mark.parametrize("chunk", range(10))
def test_warm_bytes__are_cold_bytes(
    make_deck: MakeDeck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], chunk: int
) -> None:
    """200 sequences of six edits, each built with all that is kept, and with nothing: same package, same words."""
    packages = 0
    for seed in range(chunk * 20, chunk * 20 + 20):
        files: dict[str, str | bytes] = {"cards/a.md": CARD, "cards/one.png": PNG}
        decks = (make_deck(files), make_deck(files))
        author, clock = Author(seed, decks), NOW
        monkeypatch.setenv("RECTO_CACHE", str(tmp_path / f"cache{seed}"))
        for _ in range(6):
            monkeypatch.setenv("SOURCE_DATE_EPOCH", str(clock))
            told = []
            for deck, option in zip(decks, ([], ["--no-cache"]), strict=True):
                code = run(["build", "--deck", str(deck.root), *option])
                out = capsys.readouterr()
                told.append((code, out.out.replace(str(deck.root), ""), out.err))
            assert told[0] == told[1]
            built = [{path.name: path.read_bytes() for path in deck.root.glob("dist/*")} for deck in decks]
            assert built[0] == built[1]
            packages += len(built[0])
            if author.dice.random() < 0.8:
                author.edit()
            clock += author.dice.choice([0, 1, 100, 86400])
        for deck in decks:
            shutil.rmtree(deck.root)
    assert packages > 60
