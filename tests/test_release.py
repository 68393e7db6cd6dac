"""A release: the version that the changes require, NEWS.md, deck.lock, the package, the way back from a lost lock."""

from __future__ import annotations

import hashlib
import os
import re

import genanki
import pytest
from conftest import NOW, Deck, MakeDeck

from recto.cli import run
from recto.diff import compare
from recto.news import headline_of, insert_section, removed_ids, search_for
from recto.snapshot import read_package
from recto.verify import import_into, open_collection

ONE = "# 主题\n\n## 问一 {#one}\n\nA\n"
TWO = ONE + "\n## 问 $x_2$ {#two}\n\nB\n"
CONFIG = 'language = "zh"\ndescription = "{version} {date} {news}"\n'


def deck_of(make_deck: MakeDeck, text: str) -> Deck:
    deck = make_deck({"cards/gpu/a.md": text})
    return deck.write("deck.toml", deck.read("deck.toml") + CONFIG)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))


def release(deck: Deck, *arguments: str, at: int = 0) -> int:
    """Run the command at a time; if none is given, a minute after the last command."""
    os.environ["SOURCE_DATE_EPOCH"] = str(at or int(os.environ["SOURCE_DATE_EPOCH"]) + 60)
    return run(["release", "--deck", str(deck.root), *arguments])


def test_three_releases(make_deck: MakeDeck) -> None:
    """First as deck.toml says, then a minor one for a new card, then a patch; NEWS.md and the description follow."""
    deck = deck_of(make_deck, ONE)
    assert release(deck, at=NOW) == 0
    deck.write("cards/gpu/a.md", TWO)
    assert release(deck, at=NOW + 86400) == 0
    deck.write("cards/gpu/a.md", TWO.replace("\nA\n", "\nA2\n"))
    assert release(deck, at=NOW + 2 * 86400) == 0
    assert re.findall(r'version = "(.*)"', deck.read("deck.toml")) == ["1.1.1"]
    assert sorted(p.name for p in (deck.root / "dist").iterdir()) == [
        "SHA256SUMS",
        "test-1.0.0.apkg",
        "test-1.1.0.apkg",
        "test-1.1.1.apkg",
    ]
    assert deck.read("NEWS.md") == (
        "# 更新记录\n\n"
        "## 1.1.1 (2026-11-23)\n\n改正 1 张。\n\n### gpu · 主题\n\n- 改正（答案）：问一\n\n"
        "## 1.1.0 (2026-11-22)\n\n新增 1 张。\n\n### gpu · 主题\n\n- 新增：问 $x_2$\n\n"
        "## 1.0.0 (2026-11-21)\n\n首次发布。新增 1 张。\n\n### gpu · 主题\n\n- 新增 1 张卡片\n"
    )
    edition = deck.check(NOW + 9 * 86400).edition
    assert edition
    assert (edition.version, edition.description) == ("1.1.1", "1.1.1 2026-11-23 改正 1 张。")


def test_news__names_fields_in_the_language_of_the_deck(make_deck: MakeDeck) -> None:
    """With all note types of this repository in use, whichever of them a changed card has."""
    shapes = '<path d="M5 5h4v4z"/><g id="a"><path d="M0 0h4v4z"/></g>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{shapes}</svg>'
    every = (
        "# 主题\n\n## 问一 {#one as-of=2026-01}\n\nA\n\n"
        "## 图 {#two .diagram}\n\n![一张图](a.svg)\n\n- `a`：甲\n\n注一\n\n"
        "## 选 {#three .choice}\n\n- [x] 甲\n- [ ] 乙\n\n因为甲\n\n"
        "## 链 {#four .chain}\n\n答\n\n### 再问\n\n再答\n"
    )
    deck = deck_of(make_deck, every).write("cards/gpu/a.svg", svg)
    assert release(deck, at=NOW) == 0
    for old, new in (
        ("2026-01", "2026-02"),
        ("\nA\n", "\nA2\n"),
        ("：甲\n", "：丙\n"),
        ("注一", "注二"),
        ("再答", "再答二"),
    ):
        every = every.replace(old, new)
    deck.write("cards/gpu/a.md", every.replace("因为甲", "因为它").replace("乙", "丁"))
    assert release(deck, at=NOW + 86400) == 0
    changed = re.findall(r"改正（(.*?)）", deck.read("NEWS.md"))
    assert len(changed) == 4
    assert "答案、时间" in changed
    assert not re.search("[A-Za-z]", "".join(changed)), changed


def test_released_state__builds_to_the_released_bytes(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build on another day, from the committed files, gives the package that SHA256SUMS names."""
    deck = deck_of(make_deck, TWO)
    assert release(deck, at=NOW) == 0
    digest, name = deck.read("dist/SHA256SUMS").split()
    (deck.root / "dist" / name).unlink()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 10**7))
    assert run(["build", "--deck", str(deck.root), "--locked"]) == 0
    assert hashlib.sha256((deck.root / "dist" / name).read_bytes()).hexdigest() == digest


def test_too_small_a_version__is_refused(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says why and which one to take; nothing is written."""
    deck = deck_of(make_deck, TWO)
    assert release(deck, "1.2.0") == 0
    deck.write("cards/gpu/a.md", ONE)
    lock = deck.read("deck.lock")
    for version in ("1.2.1", "1.3.0", "1.2.0", "1.1.0", "2.x"):
        assert release(deck, version) == 2
    assert "1.3.0 is too small a step from 1.2.0: cards are withdrawn" in capsys.readouterr().err
    assert deck.read("deck.lock") == lock
    assert release(deck) == 0
    assert 'version = "2.0.0"' in deck.read("deck.toml")


def test_nothing_changed__is_refused(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty release would only make noise."""
    deck = deck_of(make_deck, ONE)
    assert release(deck) == 0
    assert release(deck) == 2
    assert "nothing has changed since 1.0.0" in capsys.readouterr().err


def test_dry_run__writes_nothing(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """The news and the version are shown, the folder stays as it was."""
    deck = deck_of(make_deck, ONE)
    before = sorted(p.name for p in deck.root.iterdir())
    assert release(deck, "--dry-run") == 0
    assert "would release 1.0.0; nothing written" in capsys.readouterr().out
    assert sorted(p.name for p in deck.root.iterdir()) == before


def test_errors__stop_a_release(make_deck: MakeDeck) -> None:
    """A deck with faults is not released."""
    deck = deck_of(make_deck, "# T\n\n## Q\n\nA\n")
    assert release(deck) == 1
    assert not (deck.root / "deck.lock").exists()


def test_removed_card__news_has_the_search_that_finds_it(make_deck: MakeDeck) -> None:
    """The search of NEWS.md finds exactly the removed notes in real Anki."""
    deck = deck_of(make_deck, TWO + "\n## 问三 {#two-b}\n\nC\n")
    assert release(deck) == 0
    old = deck.root / "dist/test-1.0.0.apkg"
    deck.write("cards/gpu/a.md", ONE + "\n## 问三 {#two-b}\n\nC\n")
    assert release(deck) == 0
    news = deck.read("NEWS.md")
    search = next(line.strip() for line in news.splitlines() if line.startswith("    "))
    with open_collection() as collection:
        import_into(collection, old)
        import_into(collection, deck.root / "dist/test-2.0.0.apkg")
        found = [collection.get_note(note_id)["Id"] for note_id in collection.find_notes(search)]
    assert found == ["two"]
    assert "- 问 $x_2$" in news
    assert removed_ids(news) == {"two": "2.0.0"}


def test_retired_card__is_in_the_news_with_its_tag(make_deck: MakeDeck) -> None:
    """A withdrawn card keeps its note, carries the tag, and the news say how to stop reviewing it."""
    deck = deck_of(make_deck, TWO)
    assert release(deck) == 0
    deck.write("cards/gpu/a.md", TWO.replace("{#two}", "{#two retired='已过时'}"))
    assert release(deck) == 0
    news = deck.read("NEWS.md")
    assert "### 撤回\n\n- 问 $x_2$" in news
    assert "`tag:t::retired`" in news
    with open_collection() as collection:
        import_into(collection, deck.root / "dist/test-1.0.0.apkg")
        log = import_into(collection, deck.root / "dist/test-2.0.0.apkg")
        (note_id,) = collection.find_notes("tag:t::retired")
        card = collection.get_note(note_id).cards()[0]
        assert (log["updated"], log["duplicate"]) == (1, 1)
        assert "已过时" in card.question()


def test_late_tester__must_get_the_release(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that would be older than a development build in dist/ is refused: its changes would not arrive."""
    deck = deck_of(make_deck, ONE)
    assert release(deck, at=NOW) == 0
    deck.write("cards/gpu/a.md", ONE.replace("\nA\n", "\nB\n"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 1000))
    assert run(["build", "--deck", str(deck.root), "-q"]) == 0
    dev = deck.root / "dist/test-1.0.0-dev.apkg"
    assert dev.exists()
    assert release(deck, at=NOW + 50) == 2
    assert release(deck, at=NOW + 2000) == 0
    with open_collection() as collection:
        for name in ("test-1.0.0.apkg", "test-1.0.0-dev.apkg", "test-1.0.1.apkg"):
            log = import_into(collection, deck.root / "dist" / name)
            assert log["conflicting"] == 0
        assert log["updated"] == 1


def test_two_drafts_of_one_second__both_arrive(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anki counts whole seconds: the second development build of a second is made newer than the first."""
    deck = deck_of(make_deck, ONE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    package = deck.root / "dist/test-1.0.0-dev.apkg"
    with open_collection() as collection:
        for answer in ("A", "B", "B", "C"):
            deck.write("cards/gpu/a.md", ONE.replace("\nA\n", f"\n{answer}\n"))
            assert run(["build", "--deck", str(deck.root), "-q"]) == 0
            import_into(collection, package)
            (note_id,) = collection.find_notes("Id:one")
            assert collection.get_note(note_id)["Answer"] == f"<p>{answer}</p>"


def test_draft_taken_back__reaches_the_tester(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tester who imported a draft gets the old text again with the release, although it is the released one."""
    deck = deck_of(make_deck, TWO)
    assert release(deck, at=NOW) == 0
    deck.write("cards/gpu/a.md", TWO.replace("\nA\n", "\nDraft\n"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 100))
    assert run(["build", "--deck", str(deck.root), "-q"]) == 0
    deck.write("cards/gpu/a.md", TWO.replace("\nB\n", "\nB2\n"))
    assert release(deck, at=NOW + 200) == 0
    with open_collection() as collection:
        for name in ("test-1.0.0.apkg", "test-1.0.0-dev.apkg"):
            import_into(collection, deck.root / "dist" / name)
        log = import_into(collection, deck.root / "dist/test-1.0.1.apkg")
        (note_id,) = collection.find_notes("Id:one")
        assert collection.get_note(note_id)["Answer"] == "<p>A</p>"
    assert log["updated"] == 2
    package = (deck.root / "dist/test-1.0.1.apkg").read_bytes()
    assert run(["build", "--deck", str(deck.root), "--locked"]) == 0
    assert (deck.root / "dist/test-1.0.1.apkg").read_bytes() == package


def test_renamed_id__keeps_the_history_with_an_alias(make_deck: MakeDeck) -> None:
    """`alias=` keeps the GUID; the former id is no tombstone, and may not be given to another card."""
    deck = deck_of(make_deck, TWO)
    assert release(deck) == 0
    deck.write("cards/gpu/a.md", TWO.replace("{#two}", "{#better alias=two}"))
    assert release(deck) == 0
    old, new = (read_package(deck.root / f"dist/test-{v}.apkg") for v in ("1.0.0", "1.0.1"))
    changes = compare(old, new)
    assert (changes.added, changes.removed) == ((), ())
    assert [edit.fields for edit in changes.edited] == [("Id",)]
    assert deck.project.ledger().gone == {}
    deck.write("cards/gpu/a.md", deck.read("cards/gpu/a.md") + "\n## 新 {#two}\n\nC\n")
    assert {d.rule for d in deck.check(NOW + 10**8).diagnostics} == {"duplicate-id"}


def test_adopted_guid__is_used_as_it_is(make_deck: MakeDeck) -> None:
    """A GUID of another tool makes the learner's note of that tool ours."""
    deck = deck_of(make_deck, "# T\n\n## Q {#one alias='guid:Nq%+;2<'}\n\nA\n")
    edition = deck.check().edition
    assert edition
    assert edition.notes[0].guid == "Nq%+;2<"
    assert release(deck) == 0
    assert deck.check().diagnostics == ()


def test_reinstated_card__is_the_old_one(make_deck: MakeDeck) -> None:
    """The unchanged text of a removed card brings it back; its tombstone goes."""
    deck = deck_of(make_deck, TWO)
    assert release(deck) == 0
    deck.write("cards/gpu/a.md", ONE)
    assert release(deck) == 0
    assert set(deck.project.ledger().gone) == {"two"}
    deck.write("cards/gpu/a.md", TWO)
    assert release(deck) == 0
    assert deck.project.ledger().gone == {}


def test_lost_lock__is_restored_from_the_package(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything but the digests of removed cards comes back; a build then gives the released bytes."""
    chain = "\n## 连问 {#five .chain}\n\nA\n\n### 再问\n\nB\n"
    more = "\n## 填空 {#three .cloze}\n\n==甲== ==乙==\n\n## 旧 {#four alias=guid:abc}\n\nD\n"
    diagram = "\n## 图 {#six .diagram}\n\n![两条线](d.svg)\n\n1. `a`：甲\n3. `b`：乙\n"
    deck = deck_of(make_deck, TWO + more + chain + diagram)
    lines = '<path id="a" d="M0 1H9"/><path id="b" d="M0 5H9"/>'
    deck.write("cards/gpu/d.svg", f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{lines}</svg>')
    assert release(deck) == 0
    deck.write("cards/gpu/a.md", deck.read("cards/gpu/a.md").replace("\n## 问 $x_2$ {#two}\n\nB\n", ""))
    assert release(deck) == 0
    lock = deck.read("deck.lock")
    package = deck.root / "dist/test-2.0.0.apkg"
    released = package.read_bytes()
    for broken in ("garbage", None):
        if broken is None:
            (deck.root / "deck.lock").unlink()
        else:
            deck.write("deck.lock", broken)
            assert run(["check", "--deck", str(deck.root)]) == 2
            assert "--rebuild-lock" in capsys.readouterr().err
        assert release(deck, "--rebuild-lock", str(package)) == 0
        restored = deck.read("deck.lock")
        assert [line for line in restored.splitlines() if not line.startswith("gone")] == [
            line for line in lock.splitlines() if not line.startswith("gone")
        ]
        assert [line.split()[:2] for line in restored.splitlines() if line.startswith("gone")] == [["gone", "two"]]
    assert run(["build", "--deck", str(deck.root), "--locked"]) == 0
    assert package.read_bytes() == released


def test_failed_restoring__leaves_the_lock(make_deck: MakeDeck) -> None:
    """A package that is not of this deck, or a dry run, changes nothing."""
    deck = deck_of(make_deck, ONE)
    assert release(deck) == 0
    lock = deck.read("deck.lock")
    foreign = deck.root / "foreign.apkg"
    model = genanki.Model(7, "M", [{"name": "F"}], [{"name": "c", "qfmt": "{{F}}", "afmt": "-"}])
    other = genanki.Deck(8, "D")
    other.add_note(genanki.Note(model=model, fields=["x"]))
    genanki.Package(other).write_to_file(foreign, timestamp=NOW)
    assert release(deck, "--rebuild-lock", str(foreign)) == 2
    assert deck.read("deck.lock") == lock
    deck.write("deck.lock", "garbage")
    assert release(deck, "--dry-run", "--rebuild-lock", str(deck.root / "dist/test-1.0.0.apkg")) == 0
    assert deck.read("deck.lock") == "garbage"


def test_news__a_section_of_the_same_version_is_replaced() -> None:
    """A release that is run again does not double its news; older sections stay."""
    text = insert_section("", "## 1.0.0 (d)\n\nfirst.\n", "en")
    text = insert_section(text, "## 1.1.0 (d)\n\nsecond.\n", "en")
    text = insert_section(text, "## 1.1.0 (e)\n\nsecond again.\n", "en")
    assert text == "# News\n\n## 1.1.0 (e)\n\nsecond again.\n\n## 1.0.0 (d)\n\nfirst.\n"
    assert headline_of(text, "1.0.0") == "first."
    assert headline_of(text, "1.1") == ""
    assert search_for([]) == ""
