"""A deck with releases, a learner with a real Anki, and what an upgrade changed for the learner."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from conftest import ROOT, Deck

from recto.identity import guid_of

DRIVER = Path(__file__).with_name("driver.py")

FIRST = 1_760_000_000
"""The time of release 1, 2025-10-09 (UTC): before any clock these tests run by, because importers compare with now."""
STEP = 1000
"""Seconds from one release to the next; the learner does things halfway between."""

REVIEW = {"type": 2, "queue": 2, "due": 120, "ivl": 30, "factor": 2300, "reps": 5, "lapses": 1, "reviews": 5}
STATES: dict[str, dict[str, Any]] = {
    "one/0": REVIEW,
    "code/0": {
        "type": 3,
        "queue": 1,
        "due": FIRST + 950,
        "ivl": 4,
        "factor": 2340,
        "reps": 9,
        "lapses": 4,
        "reviews": 9,
    },
    "picture/0": {**REVIEW, "queue": -1, "due": 121, "ivl": 31, "reps": 6, "reviews": 6},  # suspended
    "turn/0": {**REVIEW, "due": 123, "ivl": 33, "reps": 8, "flags": 3, "reviews": 8},
    "turn/1": {},  # new
    "holes/0": {"type": 1, "queue": 1, "due": FIRST + 900, "factor": 0, "reps": 1, "reviews": 1},  # learning
    "holes/1": {**REVIEW, "queue": -2, "due": 122, "ivl": 32, "reps": 7, "reviews": 7},  # buried
    # A leech: Anki suspends the card and tags the note, which counts as an edit of the note by the learner.
    "last/0": {**REVIEW, "queue": -1, "ivl": 1, "factor": 1300, "reps": 20, "lapses": 8, "reviews": 20, "tag": "leech"},
    "*": REVIEW,
}
"""What studying does to each card of BASE: every state that a card can be in."""

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="{}"/></svg>'
PICTURE, OTHER_PICTURE = _SVG.format("M0 0L9 9"), _SVG.format("M9 0L0 9")

ONE, TWO = "cards/basics/one.md", "cards/more/two.md"
BASE = {
    ONE: """\
# Topic A

## Question one {#one tags="x"}

Answer one

## Question code {#code}

```python
x = 1
```

## Question picture {#picture}

![a line](line.svg)
""",
    TWO: """\
# Topic B

## Question turn {#turn .reverse}

Answer turn

### 反问

Question back

## Question holes {#holes .cloze}

The ==first== and the ==second== hole.

## Question last {#last}

Answer last
""",
    "cards/basics/line.svg": PICTURE,
}
"""Release 1: six notes, eight cards."""

QA, CLOZE = "LLM 面试 · 问答", "LLM 面试 · 填空"

Files = Mapping[str, "str | bytes | None"]


@dataclass(frozen=True)
class Anki:
    """One of the two Ankis, and what is known to differ between versions (measured)."""

    python: Path
    version: tuple[int, ...]

    @property
    def is_legacy(self) -> bool:
        """Up to 2.1.53 the importer is written in Python and works otherwise in places."""
        return self.version < (2, 1, 54)

    @property
    def stamps_updates_with_now(self) -> bool:
        """2.1.54 to 24.11 give an updated note the time of the import instead of the package's."""
        return (2, 1, 54) <= self.version < (25, 2)


def newest_anki() -> Anki:
    """The Anki of the environment that runs the tests."""
    return Anki(Path(sys.executable), _numbers(version("anki")))


def oldest_anki() -> Anki:
    """The Anki that tools/oldest_anki.sh installed."""
    folder = ROOT / ".venv-oldest-anki"
    python = folder / "bin" / "python"
    found = sorted(folder.glob("lib/python*/site-packages/anki-*.dist-info"))
    assert python.exists(), f"{python} is missing; `make test` installs it"
    assert found, f"{folder} holds no Anki; `make test` installs it"
    return Anki(python, _numbers(found[0].name.removesuffix(".dist-info").partition("-")[2]))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


@dataclass
class Upgrade:
    """What an import changed for the learner: Anki's log, and every difference between before and after.

    What a test does not name must not have happened. Cards that were there are never part of a difference: they must be
    untouched. A note is known by its id, its cards by id/ordinal.
    """

    new: int = 0
    updated: int = 0
    duplicate: int = 0
    conflicting: int = 0
    changed: dict[str, set[str]] = field(default_factory=dict)
    """Per note the names of the fields (and "tags") that are not as before."""
    new_notes: set[str] = field(default_factory=set)
    new_cards: set[str] = field(default_factory=set)
    new_decks: set[str] = field(default_factory=set)
    new_media: int = 0
    new_notetypes: set[str] = field(default_factory=set)
    restyled: set[str] = field(default_factory=set)
    """Note types whose CSS or templates are not as before."""


@dataclass(frozen=True)
class State:
    """What the learner has at one moment."""

    data: dict[str, Any]
    names: Mapping[str, str]

    @property
    def notes(self) -> dict[str, dict[str, Any]]:
        return {self.names.get(note["guid"], note["guid"]): note for note in self.data["notes"]}

    @property
    def cards(self) -> dict[str, dict[str, Any]]:
        return {f"{self.names.get(c['guid'], c['guid'])}/{c['ord']}": c for c in self.data["cards"]}

    @property
    def notetypes(self) -> dict[str, dict[str, Any]]:
        return {notetype["name"]: notetype for notetype in self.data["notetypes"]}

    @property
    def used_notetypes(self) -> set[str]:
        return {note["notetype"] for note in self.data["notes"]}

    @property
    def decks(self) -> dict[str, str]:
        return dict(self.data["decks"])

    @property
    def media(self) -> dict[str, str]:
        return dict(self.data["media"])

    @property
    def empty_cards(self) -> set[str]:
        """The cards that Anki's "Empty Cards" offers to delete."""
        return {name for name, card in self.cards.items() if card["id"] in self.data["empty_cards"]}

    def field(self, note: str, name: str) -> str:
        return str(self.notes[note]["fields"][name])

    def tags(self, note: str) -> set[str]:
        return set(self.notes[note]["tags"])

    def deck_of(self, card: str) -> str:
        return str(self.cards[card]["deck"])


class Story:
    """An author who releases, and a learner who imports and studies."""

    def __init__(
        self, deck: Deck, anki: Anki, *, start: int = FIRST, names: dict[str, str] | None = None, prefix: str = ""
    ) -> None:
        """`names` are shared by decks that meet in one Anki; the second has a prefix."""
        self.deck = deck
        self.anki = anki
        self.start = start
        self.prefix = prefix
        self.names: dict[str, str] = {} if names is None else names
        """The ids of cards by GUID, the newest names."""
        self.releases: list[Path] = []
        self.states: list[State] = []
        self.release()

    # The author

    def write(self, files: Files) -> Story:
        """Write files of the deck; None deletes one."""
        for path, content in files.items():
            if content is None:
                (self.deck.root / path).unlink()
            else:
                self.deck.write(path, content)
        return self

    def edit(self, path: str, old: str, new: str) -> Story:
        """Replace a passage that stands in the file exactly once."""
        text = self.deck.read(path)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        self.deck.write(path, text.replace(old, new))
        return self

    def move(self, old: str, new: str) -> Story:
        """Move a file."""
        (self.deck.root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.deck.root / old).rename(self.deck.root / new)
        return self

    def release(self) -> Path:
        """Build the deck as it is now, with deck.lock, a while after the release before."""
        package = self.deck.root / "releases" / f"{len(self.releases) + 1}.apkg"
        package.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.deck.build(self.next_release, lock=True), package)
        self.releases.append(package)
        for guid, ident in ids_in(package).items():
            if not self.prefix or guid not in self.names:
                self.names[guid] = self.prefix + ident
        return package

    def draft(self) -> dict[str, Any]:
        """Build without deck.lock, as between releases, half-way to the next; the step that imports it."""
        package = self.deck.root / "releases" / f"after-{len(self.releases)}.apkg"
        shutil.copyfile(self.deck.build(self.next_release - STEP // 2), package)
        return {"do": "import", "path": str(package)}

    @property
    def next_release(self) -> int:
        """When the next release is built."""
        return self.start + STEP * len(self.releases)

    def faults(self) -> set[str]:
        """The rules that the next release would break."""
        checked = self.deck.check(self.next_release)
        return {diagnostic.rule for diagnostic in checked.diagnostics}

    # The learner

    def upgrade(self, *steps: dict[str, Any], order: Iterable[int] = ()) -> Upgrade:
        """Import all releases, or those of `order`, into one Anki; what the last import changed.

        Without `order` what was written since the last release is released first. After the first import every card is
        studied, then come the learner's own steps. Every import but the first must keep what `_check_promises` demands.
        """
        if not order:
            self.release()
            order = range(1, len(self.releases) + 1)
        first, *others = [self.import_step(number) for number in order]
        return self.play([first, self.study_step(), *steps, *others])

    def import_step(self, number: int) -> dict[str, Any]:
        """Import release `number`."""
        return {"do": "import", "path": str(self.releases[number - 1])}

    def study_step(self) -> dict[str, Any]:
        """Bring every card into its state, half-way between release 1 and 2."""
        names = {name: guid for guid, name in self.names.items()}
        states = {}
        for card, state in STATES.items():
            note, _, ordinal = card.partition("/")
            states[f"{names[note]}/{ordinal}" if note in names else card] = state
        return {"do": "study", "states": states, "at": halfway(1)}

    def play(self, script: list[dict[str, Any]]) -> Upgrade:
        """Do all steps; every import but the first is checked, the last one is the answer."""
        steps = [dict(step, note=guid_of("test", step["id"])) if "id" in step else step for step in script]
        done = subprocess.run(
            [str(self.anki.python), "-I", str(DRIVER)],
            input=json.dumps({"steps": steps}),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        self.states = [State(data, self.names) for data in result["states"]]
        # The newest Anki keeps in each card when it was last reviewed; STATES leaves that out.
        said = [line for line in result["database"].splitlines() if not line.startswith("Added last review time")]
        assert said == ["Database rebuilt and optimized."]
        logs = iter(result["logs"])
        answer = Upgrade()
        for place, step in enumerate(steps):
            if step["do"] == "import":
                log = next(logs)
                if place:
                    before, after = self.states[place - 1 : place + 1]
                    _check_promises(before, after)
                    answer = _difference(log, before, after)
        return answer

    @property
    def before(self) -> State:
        """What the learner had before the last step."""
        return self.states[-2]

    @property
    def after(self) -> State:
        """What the learner has in the end."""
        return self.states[-1]


def ids_in(package: Path) -> dict[str, str]:
    """The field Id of every note in a package, by GUID."""
    with zipfile.ZipFile(package) as archive:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(archive.read("collection.anki2"))
    (models,) = connection.execute("select models from col").fetchone()
    names = {int(mid): [field["name"] for field in model["flds"]] for mid, model in json.loads(models).items()}
    rows = connection.execute("select guid, mid, flds from notes").fetchall()
    connection.close()
    return {guid: fields.split("\x1f")[names[mid].index("Id")] for guid, mid, fields in rows}


def halfway(release: int) -> int:
    """A time after a release and before the next."""
    return FIRST + STEP * (release - 1) + STEP // 2


def _check_promises(before: State, after: State) -> None:
    """No import touches a card that was there, takes a note or note type away, or asks for a full sync."""
    kept = {name: card for name, card in after.cards.items() if name in before.cards}
    assert kept == before.cards, "cards that the learner had are not as they were"
    assert before.notes.keys() <= after.notes.keys()
    assert len(after.notes) == len(after.data["notes"]), "two notes with one identity"
    assert before.decks.keys() <= after.decks.keys()
    assert before.media.items() <= after.media.items()
    assert after.data["schema"] == before.data["schema"], "the learner would have to do a full sync"
    for name, old in before.notetypes.items():
        new = after.notetypes[name]
        assert (new["id"], new["fields"], new["templates"]) == (old["id"], old["fields"], old["templates"])


def _difference(log: dict[str, int], before: State, after: State) -> Upgrade:
    changed = {}
    for name, old in before.notes.items():
        new = after.notes[name]
        assert new["notetype"] == old["notetype"]
        fields = {key for key, value in new["fields"].items() if value != old["fields"][key]}
        if new["tags"] != old["tags"]:
            fields.add("tags")
        if fields:
            changed[name] = fields
    return Upgrade(
        **log,
        changed=changed,
        new_notes=after.notes.keys() - before.notes.keys(),
        new_cards=after.cards.keys() - before.cards.keys(),
        new_decks=after.decks.keys() - before.decks.keys(),
        new_media=len(after.media) - len(before.media),
        new_notetypes=after.notetypes.keys() - before.notetypes.keys(),
        restyled={
            name for name, notetype in before.notetypes.items() if notetype["look"] != after.notetypes[name]["look"]
        },
    )
