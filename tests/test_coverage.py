"""The syllabus against the cards: what counts as covered, what is printed, what `check` refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import NOW, ROOT, Deck, Golden, MakeDeck

from recto.cli import run
from recto.coverage.count import Coverage, State, gaps, tally

GOLDEN = Path(__file__).parent / "coverage"
SYLLABUS = """\
- title: 一 显存
  source: 大纲
  items:
    - {id: a-1, title: 什么是显存？, tier: core, asked-by: 2}
    - {id: a-2, title: 显存有多大？, tier: core, asked-by: 9}
    - {id: a-3, title: 显存有多快？, tier: core, asked-by: 5}
    - {id: a-4, title: 显存多少钱？, tier: plus}
- title: 二 笔记
  items:
    - {id: n-1, title: 解释显存, same-as: [a-1]}
    - {id: n-2, title: 显存是什么, same-as: n-1}
    - {id: n-3, title: 参考文献, out-of-scope: 不是问题}
    - {id: n-4, title: 显存的价格, same-as: [a-4]}
"""
CARDS = """\
# 显存

## 什么是显存？ {#one covers="n-2"}

答案

## 大吗？ {#two .cloze covers="a-2"}

==甲== 与 ==乙==

## 显存是什么？ {#three covers="a-1 n-1 n-2"}

答案

## 快吗？ {#four covers="a-3" retired="过时"}

答案
"""
GOAL = "\n[coverage.cards]\ncore = 2\n"


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))


@pytest.fixture
def deck(make_deck: MakeDeck) -> Deck:
    deck = make_deck({"cards/a.md": CARDS, "syllabus/a.yaml": SYLLABUS})
    return deck.write("deck.toml", deck.read("deck.toml") + GOAL)


def coverage_of(deck: Deck) -> Coverage:
    checked = deck.check()
    assert checked.coverage, checked.diagnostics
    return checked.coverage


def test_twins__are_one_question(deck: Deck) -> None:
    """A card for one item covers all that `same-as` joins, through others too, and counts once if it names several."""
    found = {one.item.id: one for one in coverage_of(deck).items}
    assert found["a-1"].cards == found["n-1"].cards == found["n-2"].cards == ("one", "three")
    assert found["n-1"].twins == ("a-1", "n-2")
    assert found["a-1"].state is State.COVERED


def test_cards__are_counted_as_written_and_withdrawn_ones_are_not(deck: Deck) -> None:
    """A cloze card with two holes is one of the two that a core item needs; a withdrawn card is none."""
    found = {one.item.id: one for one in coverage_of(deck).items}
    assert (found["a-2"].cards, found["a-2"].state) == (("two",), State.THIN)
    assert (found["a-3"].cards, found["a-3"].state) == ((), State.UNCOVERED)
    assert found["n-3"].state is State.OUT_OF_SCOPE


def test_gaps__come_most_asked_first_and_twins_once(deck: Deck) -> None:
    """What to write next stands first, and a question that is asked in two places is one gap."""
    coverage = coverage_of(deck)
    assert [one.item.id for one in gaps(coverage)] == ["a-2", "a-3", "a-4"]
    counts = tally(coverage.items)
    assert (counts.total, counts.covered, counts.thin, counts.uncovered) == (7, 3, 1, 3)


def test_text__is_as_recorded(deck: Deck, golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    """The table, the gaps and what is out of scope with its reason; exit 0, for nothing is required."""
    assert run(["coverage", "--deck", str(deck.root)]) == 0
    golden(capsys.readouterr().out, GOLDEN / "coverage.txt")


def test_json__has_the_shape_of_the_documentation(deck: Deck, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts for the whole, the tiers and the groups; every item with its state and cards."""
    assert run(["coverage", "--deck", str(deck.root), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["total"] == {"total": 7, "covered": 3, "thin": 1, "uncovered": 3}
    assert [tier["tier"] for tier in data["tiers"]] == ["core", "plus", ""]
    assert [group["title"] for group in data["groups"]] == ["一 显存", "二 笔记"]
    assert data["groups"][0]["items"][1] == {
        "id": "a-2",
        "title": "显存有多大？",
        "tier": "core",
        "asked_by": 9,
        "same_as": [],
        "out_of_scope": "",
        "state": "thin",
        "wanted": 2,
        "cards": ["two"],
    }
    page = (ROOT / "docs/format.md").read_text(encoding="utf-8")
    for key in (*data, *data["groups"][0], *data["groups"][0]["items"][0]):
        assert f"`{key}`" in page


def test_item__shows_its_cards(deck: Deck, capsys: pytest.CaptureFixture[str]) -> None:
    """`--item` answers for one; a slip gets a proposal."""
    assert run(["coverage", "--deck", str(deck.root), "--item", "n-1"]) == 0
    assert capsys.readouterr().out == "n-1  解释显存  (no tier; covered; same as a-1, n-2)\n  one\n  three\n"
    assert run(["coverage", "--deck", str(deck.root), "--item", "n-3", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["out_of_scope"] == "不是问题"
    assert run(["coverage", "--deck", str(deck.root), "--item", "n1"]) == 2
    assert 'did you mean "n-1"?' in capsys.readouterr().err


def test_required_gap__fails_coverage_check_and_build(deck: Deck, capsys: pytest.CaptureFixture[str]) -> None:
    """What deck.toml requires is an error with the item's place; the table is still printed."""
    deck.write(
        "deck.toml",
        deck.read("deck.toml").replace("[coverage.cards]", '[coverage]\nrequire="core"\n\n[coverage.cards]'),
    )
    assert run(["coverage", "--deck", str(deck.root)]) == 1
    captured = capsys.readouterr()
    assert "syllabus/a.yaml:5:12: error: 1 of 2 cards for a-2 «显存有多大？» [uncovered-item]" in captured.err
    assert "syllabus/a.yaml:6:12: error: no card for a-3 «显存有多快？» [uncovered-item]" in captured.err
    assert captured.out.startswith("3 of 7 items covered")
    assert run(["check", "--deck", str(deck.root)]) == 1
    assert run(["build", "--deck", str(deck.root)]) == 1


def test_deck_without_syllabus__checks_nothing_and_has_no_coverage(
    make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]
) -> None:
    """`covers` may then name anything; `coverage` says what is missing."""
    deck = make_deck({"cards/a.md": CARDS})
    assert deck.check().diagnostics == ()
    assert run(["coverage", "--deck", str(deck.root)]) == 2
    assert "there is no folder syllabus/" in capsys.readouterr().err


def test_syllabus_of_this_deck__is_whole() -> None:
    """All 229 items of the topics (123 core) and all 193 entries of the notes, of which three are no questions."""
    from recto.project import open_project

    checked = open_project(ROOT).check(clock=lambda: 1 << 40)
    assert checked.coverage
    of_topics = [one for group in checked.coverage.groups if group.source == "topics" for one in group.items]
    assert len(of_topics) == 229
    assert sum(one.item.tier == "core" for one in of_topics) == 123
    assert len(checked.coverage.items) - len(of_topics) == 193
    out = [one.item.id for one in checked.coverage.items if one.item.out_of_scope]
    assert out == ["s004-3", "s004-4", "s004-5"]


def test_alias_bomb__is_read_in_no_time(make_deck: MakeDeck) -> None:
    """Aliases that refer to themselves end in a report, not in a hang."""
    text = "- &a\n  title: x\n  items: [*a, *a]\n"
    diagnostics = make_deck({"cards/a.md": "# T\n\n## Q {#q}\n\nA\n", "syllabus/a.yaml": text}).check().diagnostics
    assert {d.rule for d in diagnostics} == {"broken-syllabus", "unknown-syllabus-key"}
