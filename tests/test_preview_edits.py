"""A session that follows edits shows what a fresh one shows; a page that takes only what changed has the whole list."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import DECK_TOML, Deck, MakeDeck

from recto.preview.listing import Revisions, index_of
from recto.preview.site import Session
from recto.project import Project

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 8"><title>dot</title></svg>'
WORDS = ["缓存", "带宽", "`code`", "**批次**", "$x^2$", "==孔==", "softmax", "[^1]", "<b>raw</b>", "显存"]


class Author:
    """Makes seeded edits of a deck, sensible and not, and names the files that each touched."""

    def __init__(self, deck: Deck, seed: int) -> None:
        self.deck = deck
        self.dice = random.Random(seed)
        self._count = 0

    def edit(self) -> list[Path]:
        """One edit, as a save or a file manager would make it."""
        acts = [self.reword, self.reword, self.add, self.cut, self.repaint, self.rename, self.order, self.settle]
        return self.dice.choice(acts)()

    def _topics(self) -> list[Path]:
        return sorted((self.deck.root / "cards").rglob("*.md"))

    def _card(self) -> str:
        self._count += 1
        # Twins, missing ids and missing pictures are what a deck has while it is written.
        ident = self.dice.choice([f" {{#c{self._count}}}", f" {{#c{self.dice.randint(1, 9)}}}", ""])
        picture = self.dice.choice(
            ["", "", "\n![a dot](dot.svg)\n", "\n![a dot](../b/dot.svg)\n", "\n![a dot](no.svg)\n"]
        )
        return (
            f"\n## {' '.join(self.dice.sample(WORDS, 3))}{ident}\n\n{' '.join(self.dice.sample(WORDS, 4))}\n{picture}"
        )

    def reword(self) -> list[Path]:
        path = self.dice.choice(self._topics())
        old, new = self.dice.sample(WORDS, 2)
        path.write_text(path.read_text().replace(old, new, self.dice.randint(1, 3)))
        return [path]

    def add(self) -> list[Path]:
        path = self.dice.choice([*self._topics(), self.deck.root / f"cards/new{self._count}.md"])
        path.write_text((path.read_text() if path.exists() else "# New\n") + self._card())
        return [path]

    def cut(self) -> list[Path]:
        path = self.dice.choice(self._topics())
        head, *cards = path.read_text().split("\n## ")
        if cards:
            cards.pop(self.dice.randrange(len(cards)))
        path.write_text("\n## ".join([head, *cards]) if cards else head + self._card())
        return [path]

    def repaint(self) -> list[Path]:
        path = self.deck.root / self.dice.choice(["cards/a/dot.svg", "cards/b/dot.svg"])
        if path.exists() and self.dice.random() < 0.3:
            path.unlink()
        else:
            path.write_text(SVG.format(self.dice.choice([8, 9, 10])))
        return [path]

    def rename(self) -> list[Path]:
        path = self.dice.choice(self._topics())
        target = path.with_name(f"{self.dice.choice('klmn')}{self._count}.md")
        path.rename(target)
        return [path, target]

    def order(self) -> list[Path]:
        path = self.dice.choice(self._topics())
        text = path.read_text()
        text = text.split("---\n", 2)[2] if text.startswith("---\n") else text
        path.write_text(f"---\norder: {self.dice.randint(0, 3)}\n---\n{text}")
        return [path]

    def settle(self) -> list[Path]:
        areas = self.dice.choice(["", '[areas]\nb = "Bee"\na = "Ay"\n', '[areas]\na = "Ay"\n'])
        self.deck.write("deck.toml", DECK_TOML.replace("1.0.0", self.dice.choice(["1.0.0", "1.1.0"])) + areas)
        return [self.deck.root / "deck.toml"]


class Page:
    """What a page holds of the list: asks for what changed, as preview.js does."""

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions
        self.index: dict[str, Any] = {"areas": []}

    def refresh(self, session: Session) -> int:
        """Take in the change; how many topics came anew."""
        new = self._revisions.answer(session.view, self.index.get("revision", ""))
        known = {topic["path"]: topic for area in self.index["areas"] for topic in area["topics"]}
        topics = [topic for area in new["areas"] for topic in area["topics"]]
        areas = [
            {**area, "topics": [known[t["path"]] if t.get("same") else t for t in area["topics"]]}
            for area in new["areas"]
        ]
        self.index = {**new, "areas": areas}
        return sum("same" not in topic for topic in topics)


@pytest.mark.parametrize("seed", range(6))
def test_session_after_edits__shows_what_a_fresh_one_shows(make_deck: MakeDeck, seed: int) -> None:
    """Nothing stale after any edit: cards, media, order, faults; also for pages that missed some of them."""
    card = "## Q {{#{0}}}\n\nA 缓存 带宽\n\n![a dot](dot.svg)\n\n## 批次 {{#{0}-2 .cloze}}\n\n==显存== softmax\n"
    files: dict[str, str | bytes] = {f"cards/{area}/dot.svg": SVG.format(8) for area in "ab"}
    files |= {f"cards/{name}.md": f"# T{name}\n\n" + card.format(f"x{name[-1]}") for name in ("a/1", "a/2", "b/3")}
    deck = make_deck(files)
    deck.build(lock=True)
    author, session, revisions = Author(deck, seed), Session(deck.project), Revisions()
    often, rarely = Page(revisions), Page(revisions)
    for number in range(25):
        session.update(author.edit())
        session.review()
        fresh = Session(deck.project).view
        assert session.view == fresh, number
        for page in (often, rarely) if number % 4 == 0 else (often,):
            page.refresh(session)
            assert {**page.index, "revision": ""} == {**index_of(fresh), "revision": ""}, number


LIKE = "# T\n\n## How many bytes of cache does one token of the model need? {#a}\n\n1\n"
STANDARD = DECK_TOML.replace("minimal", "standard")


def rules_of(session: Session) -> list[str]:
    return [d.rule for d in session.view.diagnostics]


def test_what_the_whole_deck_tells__comes_after_the_card(make_deck: MakeDeck) -> None:
    """A save costs its own file; twins and the like are looked for when the author rests, and stay until then."""
    deck = make_deck({"deck.toml": STANDARD, "cards/a.md": LIKE, "cards/b.md": "# B\n\n## Why? {#b}\n\nB\n"})
    session = Session(deck.project)
    assert rules_of(session) == []
    deck.write("cards/b.md", LIKE.replace("#a", "#b").replace("one token", "a token"))
    session.update([deck.root / "cards/b.md"])
    assert rules_of(session) == []
    assert session.review()
    assert rules_of(session) == ["near-duplicate"]
    assert not session.review()
    deck.write("cards/a.md", LIKE + "\nMore.\n")
    session.update([deck.root / "cards/a.md"])
    assert rules_of(session) == ["near-duplicate"]
    deck.write("cards/b.md", "# B\n\n## Why? {#b}\n\nB\n")
    session.update([deck.root / "cards/b.md"])
    assert rules_of(session) == []


def test_review_that_an_edit_overtook__is_dropped(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found in the deck of before the edit says nothing of the deck after it."""
    deck = make_deck({"deck.toml": STANDARD, "cards/a.md": LIKE, "cards/b.md": LIKE.replace("#a", "#b")})
    session = Session(deck.project)
    assert rules_of(session) == ["duplicate-question"]
    deck.write("cards/a.md", LIKE + "\nMore.\n")
    session.update([deck.root / "cards/a.md"])
    check_deck = Project.check_deck

    def overtaken(project: Project, *rest: Any, **options: Any) -> Any:
        found = check_deck(project, *rest, **options)
        deck.write("cards/b.md", "# B\n\n## Why? {#b}\n\nB\n")
        session.update([deck.root / "cards/b.md"])
        return found

    monkeypatch.setattr(Project, "check_deck", overtaken)
    assert not session.review()
    assert rules_of(session) == []


def test_claim_of_this_month__has_not_aged(make_deck: MakeDeck) -> None:
    """The preview measures the age of claims by the real calendar."""
    month = time.strftime("%Y-%m", time.gmtime())
    card = "# T\n\n## Q {{#q as-of={}}}\n\nA\n"
    for text, rules in ((card.format(month), []), (card.format("2001-01"), ["stale-as-of"])):
        assert rules_of(Session(make_deck({"deck.toml": STANDARD, "cards/a.md": text}).project)) == rules


def test_page__gets_only_the_topics_that_changed(make_deck: MakeDeck) -> None:
    """A save of one file sends one topic; a page of another server's run gets all."""
    deck = make_deck({f"cards/{name}.md": f"# T\n\n## Q {{#{name}}}\n\nA\n" for name in "abc"})
    session, revisions = Session(deck.project), Revisions()
    page, foreign = Page(revisions), Page(Revisions())
    assert page.refresh(session) == foreign.refresh(session) == 3
    assert page.refresh(session) == 0
    deck.write("cards/b.md", "# T\n\n## Q changed {#b}\n\nA\n")
    session.update([deck.root / "cards/b.md"])
    assert page.refresh(session) == 1
    foreign._revisions = revisions
    assert foreign.refresh(session) == 3
