"""What `stats` counts, how it says so, and the site's pages of coverage and stats."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import axe_playwright_python.base as axe_base
import pytest
from chromium import ARGUMENTS, find_chromium
from conftest import NOW, Deck, Golden, MakeDeck
from playwright.sync_api import sync_playwright

from recto.cli import run
from recto.preview.export import export_site
from recto.preview.pages import Site, coverage_page, stats_page
from recto.preview.site import Session
from recto.stats.count import compute_stats
from recto.stats.plots import plot_lengths, plot_shares
from recto.stats.record import Answer, Share, Stats

GOLDEN = Path(__file__).parent / "coverage"
CARDS = """\
---
tags: [topic::kv]
---

# 显存 <&>

## 一二三四五 {#one tags="kind::why" as-of=2026-09 covers=a-1}

一二三四五六七八九

### 来源

- [甲](https://example.org/a) 与 [乙](https://example.org/b)

```python verify
assert 1 + 1 == 2
```

## 一二三四 {#two .cloze tags="kind::why" covers=a-1}

==一== 与 ==二==

## 一二三 {#three .chain tags="kind::chain" as-of=2026-03}

一二

```python run
print(1)
```

```output
1
```

### 一二

一二三四

### 来源

- [甲](https://example.org/a)

## 过时 {#four tags="kind::why" retired="过时" as-of=2020-01}

答案
"""
SYLLABUS = """\
- title: 组 <&>
  items:
    - {id: a-1, title: 甲 <b> & "乙", tier: core}
    - {id: a-2, title: 丙, tier: core}
    - {id: a-3, title: 丁, out-of-scope: 过时}
"""
GOALS = "\n[stats]\ntolerance = 5\n\n[stats.targets.kind]\nwhy = 65\nchain = 20\ncode = 6\n"


@pytest.fixture
def deck(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> Deck:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    deck = make_deck({"cards/a/x.md": CARDS, "syllabus/s.yaml": SYLLABUS})
    return deck.write("deck.toml", deck.read("deck.toml") + GOALS)


def stats_of(deck: Deck, per_day: int = 20) -> Stats:
    checked = deck.check()
    assert checked.edition, checked.diagnostics
    assert checked.config
    assert checked.ok, checked.diagnostics
    return compute_stats(checked.edition, checked.programs, checked.config.stats, per_day=per_day)


def test_counts__leave_withdrawn_notes_out(deck: Deck) -> None:
    """Three notes with five cards; the fourth is withdrawn and counted as that only."""
    stats = stats_of(deck)
    assert (stats.notes, stats.cards, stats.retired) == (3, 5, 1)
    parts = {count.kind: (count.cards, count.parts) for count in stats.notetypes}
    assert parts == {"qa": (1, 0), "cloze": (2, 2), "chain": (2, 2)}


def test_shares__are_compared_with_their_targets(deck: Deck) -> None:
    """Percent of the notes, the difference, and a mark beyond the tolerance; a target without a note is 0%."""
    (kind, topic) = stats_of(deck).groups
    assert [(s.value, s.notes, s.percent, s.off, s.missed) for s in kind.shares] == [
        ("why", 2, 66.7, 1.7, False),
        ("chain", 1, 33.3, 13.3, True),
        ("code", 0, 0.0, -6.0, True),
    ]
    assert [(s.value, s.target, s.missed) for s in topic.shares] == [("kv", None, False)]


def test_lengths__are_those_of_every_answer(deck: Deck) -> None:
    """A chain has an answer per step; code lines count 3 u each."""
    found = {(answer.id, answer.step): answer.units for answer in stats_of(deck).answers}
    assert found == {("one", 0): 9, ("two", 0): 3, ("three", 1): 2 + 3 + 3, ("three", 2): 4}


def test_code_and_sources__are_counted(deck: Deck) -> None:
    """Shown blocks without their outputs, hidden checks; links and the addresses they lead to."""
    stats = stats_of(deck)
    assert (stats.code.shown, stats.code.run, stats.code.verify) == (1, 1, 1)
    assert (stats.sources.links, stats.sources.addresses, stats.sources.notes) == (3, 2, 2)


def test_time__is_reading_and_a_moment_for_each_card(deck: Deck) -> None:
    """(5 + 9) u once, (4 + 3) u twice, a chain's (3 + 8 + 2 + 4) u once, at 4.5 u a second; 5 s for each card."""
    assert stats_of(deck).seconds == round((14 + 2 * 7 + 17) / 4.5 + 5 * 5)


@pytest.mark.parametrize(("per_day", "days"), [(1, 5), (2, 3), (5, 1), (20, 1)])
def test_days__are_rounded_up(deck: Deck, per_day: int, days: int) -> None:
    """Five cards; the last day may be short."""
    stats = stats_of(deck, per_day)
    assert stats.days == days
    assert (stats.decks[0].first_day, stats.decks[-1].last_day) == (1, days)


def test_empty_deck__has_only_zeros(make_deck: MakeDeck) -> None:
    """Nothing is divided by nothing."""
    stats = stats_of(make_deck())
    assert (stats.notes, stats.days, stats.seconds, stats.decks) == (0, 0, 0, ())


def test_text__is_as_recorded(deck: Deck, golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables with bars and marks for the targets, then facts; the age of the oldest claim counts from now."""
    assert run(["stats", "--deck", str(deck.root), "--per-day", "2"]) == 0
    golden(capsys.readouterr().out, GOLDEN / "stats.txt")


def test_json__says_the_same(deck: Deck, capsys: pytest.CaptureFixture[str]) -> None:
    """The records by name; claims oldest first."""
    assert run(["stats", "--deck", str(deck.root), "--format", "json", "--per-day", "2"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["cards"], data["days"], data["per_day"]) == (5, 3, 2)
    assert data["claims"] == [{"id": "three", "month": "2026-03"}, {"id": "one", "month": "2026-09"}]
    assert data["groups"][0]["shares"][2] == {
        "value": "code",
        "notes": 0,
        "percent": 0.0,
        "target": 6,
        "off": -6.0,
        "missed": True,
    }


def test_histogram__says_in_words_what_it_draws() -> None:
    """Bins of 10 u; what is longer than the limit stands in the last."""
    svg = ElementTree.fromstring(plot_lengths([Answer("a", 0, 9), Answer("b", 0, 10), Answer("c", 0, 500)]))
    words = svg.findtext("svg/desc") or ""
    assert words.startswith("0 to 9 u: 1; 10 to 19 u: 1; 20 to 29 u: 0")
    assert words.endswith("120 u and more: 1")
    assert len(svg.findall("svg/rect")) == 3


def test_plot__escapes_what_authors_write() -> None:
    """A tag is text, never markup."""
    svg = ElementTree.fromstring(plot_shares("<&>", [Share("<b>&", 1, 100.0, 50, 50.0, missed=True)]))
    assert svg.findtext("svg/text") == "<b>& 100%, target 50% (off)"


def test_pages__are_well_formed_and_lead_to_the_cards(deck: Deck) -> None:
    """Every element is closed, every table has its headings, every id is there once, every card is linked."""
    view = Session(deck.project).view
    assert view.edition
    pages = [make(Site(view, view.edition, view.language)) for make in (coverage_page, stats_page)]
    bodies = [body for made in pages if made for _, body in (made,)]
    assert len(bodies) == 2
    for page in bodies:
        tree = ElementTree.fromstring(page)
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        for table in tree.iter("table"):
            assert table.find("caption") is not None or table.get("aria-labelledby") in ids
            assert all(head.get("scope") == "col" for head in table.findall("thead/tr/th"))
            assert all(row[0].get("scope") == "row" for row in table.findall("tbody/tr"))
        for svg in tree.iter("svg"):
            assert svg.get("role") == "img"
            assert set((svg.get("aria-labelledby") or "").split()) <= set(ids)
        assert {h.tag for h in tree.iter() if re.fullmatch(r"h\d", h.tag)} == {"h2"}  # the page has its h1
        assert "<script" not in page
        assert "style=" not in page
        assert tree.get("lang") == "en"
    cover = bodies[0]
    assert '<a href="index.html#one-1">one</a> <a href="index.html#two-1">two</a>' in cover
    assert "甲 &lt;b&gt; &amp; &quot;乙&quot;" in cover
    assert "out of scope: 过时" in cover


def test_site__without_syllabus_has_no_coverage(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Then nothing links to it either."""
    deck = make_deck({"cards/a.md": "# T\n\n## Q {#q}\n\nA\n"})
    export_site(Session(deck.project).view, deck.root, tmp_path / "site")
    assert not (tmp_path / "site/coverage.html").exists()
    assert 'href="coverage.html"' not in (tmp_path / "site/index.html").read_text()
    assert 'href="stats.html"' in (tmp_path / "site/index.html").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages__have_no_barrier(deck: Deck, tmp_path: Path, scheme: Literal["light", "dark"]) -> None:
    """axe-core finds nothing in either page, on a phone, day and night, with everything unfolded."""
    export_site(Session(deck.project).view, deck.root, tmp_path / "site")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 360, "height": 640}, color_scheme=scheme)
        for name in ("stats", "coverage"):
            page.goto((tmp_path / f"site/{name}.html").as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            page.evaluate(axe_base.AXE_FILE_PATH.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run().then(done => done.violations.map(one => [one.id, one.nodes[0].html]))")
            assert found == [], name
        browser.close()


def test_site__in_a_browser_from_disk(deck: Deck, tmp_path: Path) -> None:
    """On a phone nothing is wider than the screen, a card's link shows that card, and the way back is there."""
    site = tmp_path / "site"
    assert run(["preview", "--export", str(site), "--deck", str(deck.root), "-q"]) == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 360, "height": 640})
        for name in ("stats", "coverage"):
            page.goto((site / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
            assert page.evaluate("document.styleSheets.length") == 1
        page.get_by_role("link", name="two", exact=True).click()
        page.wait_for_selector("html[data-shown^='two-1 ']")
        page.get_by_role("link", name="Statistics").click()
        page.wait_for_url("**/stats.html")
        browser.close()
