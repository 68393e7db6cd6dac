"""Diagrams: a card for each part of one drawing, from the text to a real Anki and a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import screenshots
from chromium import ARGUMENTS, find_chromium
from conftest import NOW, ROOT, Deck, MakeDeck
from playwright.sync_api import Page, sync_playwright
from test_kinds import SHOW
from test_package import everything
from test_preview import Client

from recto.drawing.places import find_places
from recto.drawing.variants import draw_part, read_drawing
from recto.face import render_face
from recto.preview.export import export_site
from recto.preview.site import Session
from recto.verify import import_into, open_collection

FLOW = (ROOT / "tests/decks/everything/cards/media/flow.svg").read_bytes()
CARD = """# T

## 缺什么？ {#flow .diagram}

![三个框](flow.svg)

"""


def flow(make_deck: MakeDeck, parts: str, *, drawing: bytes = FLOW) -> Deck:
    return make_deck({"cards/a.md": CARD + parts, "cards/flow.svg": drawing})


def texts_of(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


def pictures(side: str) -> list[str]:
    """The pictures that a side shows: of the hole that is its card's own."""
    own = re.search(r'<span class="cloze"[^>]*>\[?<span class="part">(.*?)</span>', side, re.DOTALL)
    return re.findall(r'src="([^"]+)"', own[1] if own else "")


def test_every_part__is_a_card_that_hides_it_and_shows_it(make_deck: MakeDeck) -> None:
    """In real Anki: a card per part; the question's picture is without the part's words, the answer's has them all."""
    package = flow(make_deck, "1. `in`：输入端\n3. `act`：激活函数\n").build()
    with open_collection() as collection:
        import_into(collection, package)
        (note_id,) = collection.find_notes("")
        note = collection.get_note(note_id)
        media = Path(collection.media.dir())
        cards = {card.ord + 1: card.render_output() for card in note.cards()}
        assert sorted(cards) == [1, 3]
        for number, hidden in ((1, ["输入"]), (3, ["激活", "σ(x)"])):
            (asked,) = pictures(cards[number].question_text)
            (shown,) = pictures(cards[number].answer_text)
            assert asked != shown
            left = texts_of((media / asked).read_bytes())
            assert sorted([*left, *hidden]) == sorted(["输入", "激活", "σ(x)", "输出", "?"])
            assert sorted(texts_of((media / shown).read_bytes())) == sorted(["输入", "激活", "σ(x)", "输出"])
        check = collection.media.check()
        assert (list(check.missing), list(check.unused)) == ([], [])


def test_question__tells_no_answer(make_deck: MakeDeck) -> None:
    """The front holds no label, and a description of its own for the picture."""
    checked = flow(make_deck, "1. `in`：输入端\n2. `act`：激活函数\n").check()
    assert checked.edition
    (linked,) = checked.edition.notes
    (notetype,) = checked.edition.notetypes
    face = render_face(linked, notetype.notetype, 0)
    assert "输入端" not in face.question
    assert "激活函数" not in face.question
    assert 'alt="(?) 三个框"' in face.question
    assert re.search(r'class="cloze"[^>]*><span class="part" data-part="in">输入端</span>', face.answer)


def test_drawing__is_no_file_of_the_package_and_its_pictures_are(make_deck: MakeDeck) -> None:
    """Two pictures a part, as large as the drawing, the same bytes in every build, named after their content."""
    deck = flow(make_deck, "- `in`：输入端\n- `act`：激活函数\n")
    first, second = deck.check().edition, deck.check(NOW + 5).edition
    assert first
    assert second
    assert [(f.name, f.data) for f in first.media] == [(f.name, f.data) for f in second.media]
    assert len({f.name for f in first.media}) == 4
    assert all(re.fullmatch(r"flow-[0-9a-f]{10}\.svg", f.name) and f.data for f in first.media)
    assert {(f.width, f.height) for f in first.media} == {(640, 160)}


def test_drawing_that_is_shown_too__is_a_picture_as_any(make_deck: MakeDeck) -> None:
    """A field may show the whole drawing."""
    deck = flow(make_deck, "- `in`：输入端\n\n### 展开\n\n![全图](flow.svg)\n")
    edition = deck.check().edition
    assert edition
    assert [bool(f.data) for f in sorted(edition.media, key=lambda f: len(f.data))] == [False, True, True]


def test_preview__serves_and_exports_what_stands_on_no_disk(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Pictures made of a drawing are there on the page, and after an edit of the drawing the new ones are."""
    deck = flow(make_deck, "1. `in`：输入端\n")
    session = Session(deck.project)
    names = set(session.view.media)
    answers = [Client(session).get(f"/media/{name}") for name in sorted(names)]
    assert [(answer.status_code, answer.headers["content-type"]) for answer in answers] == [(200, "image/svg+xml")] * 2
    assert all("sandbox" in answer.headers["content-security-policy"] for answer in answers)
    assert export_site(session.view, deck.root, tmp_path / "site") == 1
    exported = {path.name: path.read_bytes() for path in (tmp_path / "site/media").iterdir()}
    assert exported == {name: answer.content for name, answer in zip(sorted(names), answers, strict=True)}
    deck.write("cards/flow.svg", FLOW.replace("输出".encode(), b"out"))
    session.update([deck.root / "cards/flow.svg"])
    assert not names & set(session.view.media)
    assert b"out" in Client(session).get(f"/media/{min(session.view.media)}").content


def learner(make_deck: MakeDeck, before: str, change: Callable[[Deck], Any]) -> dict[int, tuple[int, str]]:
    """Number → (reviews, answer) of a learner's cards after a release, a review of each, and a changed release."""
    deck = flow(make_deck, before)
    with open_collection() as collection:
        import_into(collection, deck.build(NOW, lock=True))
        for card_id in collection.find_cards(""):
            card = collection.get_card(card_id)
            card.start_timer()
            collection.sched.answerCard(card, 4)
        change(deck)
        assert deck.check(NOW + 100).ok, deck.check(NOW + 100).diagnostics
        import_into(collection, deck.build(NOW + 100, lock=True))
        cards = [collection.get_card(card_id) for card_id in collection.find_cards("")]
        assert len({card.nid for card in cards}) == 1
        shown = {card.ord + 1: (card.reps, card.render_output().answer_text) for card in cards}
    return {
        n: (reps, (re.findall(r'class="cloze"[^>]*><span class="part" data-[^>]*>(.*?)<', html) or [""])[0])
        for n, (reps, html) in shown.items()
    }


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2. `act`：激活\n1. `in`：输入端\n", {1: (1, "输入端"), 2: (1, "激活")}),
        ("1. `in`：入口\n2. `act`：激活\n3. `link`：连线\n", {1: (1, "入口"), 2: (1, "激活"), 3: (0, "连线")}),
        ("2. `act`：激活\n", {1: (1, ""), 2: (1, "激活")}),
    ],
    ids=["reordered", "reworded and a new one", "one removed"],
)
def test_edited_list__leaves_each_card_its_history(
    make_deck: MakeDeck, after: str, expected: dict[int, tuple[int, str]]
) -> None:
    """Number and id belong together; order, wording and new parts do not touch what was learned."""
    found = learner(make_deck, "1. `in`：输入端\n2. `act`：激活\n", lambda deck: deck.write("cards/a.md", CARD + after))
    assert found == expected


def test_changed_drawing__reaches_the_learner_under_the_same_cards(make_deck: MakeDeck) -> None:
    """A drawing counts as any picture: the note changes, its cards do not."""
    parts = "1. `in`：输入端\n2. `act`：激活\n"
    found = learner(make_deck, parts, lambda deck: deck.write("cards/flow.svg", FLOW.replace("输出".encode(), b"out")))
    assert found == {1: (1, "输入端"), 2: (1, "激活")}


def test_rules_and_attributes_of_a_drawing__do_not_reach_the_marks() -> None:
    """A drawing that hides all its rects and texts still has its frame and question mark."""
    svg = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" fill="none" opacity=".9">
      <style>rect, circle, text { fill: none; stroke: none; display: none; opacity: 0 }</style>
      <path id="a" d="M10 10H60V30"/><path d="M0 40H90"/></svg>"""
    root = ElementTree.fromstring(draw_part(svg, "a", is_hidden=True))
    frame, disc, letter = list(root)[-3:]
    assert [e.tag.rpartition("}")[2] for e in (frame, disc, letter)] == ["rect", "circle", "text"]
    for element in (frame, disc, letter):
        assert "display:inline" in element.get("style", "")
        assert "opacity:1" in element.get("style", "")


def test_what_others_use__stays_when_its_part_goes() -> None:
    """A gradient or marker that stands in a part is still there for the rest of the picture."""
    svg = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><g id="a"><defs><marker id="m">
      <path d="M0 0L8 4"/></marker></defs><text x="5" y="20">secret</text></g>
      <path d="M0 40H90" marker-end="url(#m)"/></svg>"""
    hidden = draw_part(svg, "a", is_hidden=True)
    assert b"secret" not in hidden
    assert b'id="m"' in hidden


def test_drawing_that_uses_itself__is_measured() -> None:
    """References in a circle end."""
    svg = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g id="a"><use href="#a"/><use href="#b"/></g>
      <use id="b" href="#a"/><rect id="c" width="2" height="2"/></svg>"""
    assert read_drawing(svg).parts == ("c",)


SHAPES = b"""<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300" viewBox="0 0 400 300" font-size="16">
  <style>.s { font-size: 24px }
    g.mid &gt; text { text-anchor: middle } text { font-family: "DejaVu Sans", sans-serif }</style>
  <defs><g id="box"><rect width="40" height="20"/></g></defs>
  <g id="turned" transform="translate(80,20) rotate(30)"><rect width="60" height="30"/></g>
  <text id="plain" x="20" y="150">Attention weights</text>
  <g class="mid" id="group"><text class="s" x="300" y="60">softmax</text></g>
  <text id="lines" x="200" y="200"><tspan x="200">first line</tspan>
    <tspan x="200" dy="1.2em">and another line</tspan></text>
  <text id="end" x="390" y="120" text-anchor="end">V<tspan dy="4" font-size="10">ij</tspan></text>
  <path id="curve" d="M10 200C60 180 90 290 150 250a20 20 0 0 1 20 20"/>
  <use id="used" href="#box" x="300" y="240" transform="scale(.9)"/>
  <polyline id="poly" points="10,280 40,290 80,270"/>
  <svg x="300" y="150" width="40" height="40" viewBox="0 0 10 10"><circle id="inner" cx="5" cy="5" r="4"/></svg>
</svg>"""


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser.new_page(viewport={"width": 360, "height": 640})
        browser.close()


def test_places__are_those_of_a_browser(page: Page) -> None:
    """Shapes to a tenth of a unit, texts (whose fonts are unknown) to a fifth of their width and half their size."""
    root = ElementTree.fromstring(SHAPES)
    ours = {e.get("id"): box for e, box in find_places(root).items() if e.get("id")}
    page.set_content(f'<body style="margin:0">{SHAPES.decode()}</body>')
    theirs = page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('svg [id]')]
      .filter(e => !e.closest('defs')).map(e => { const r = e.getBoundingClientRect();
      return [e.id, [r.left, r.top, r.right, r.bottom]]; }))""")
    assert set(ours) == set(theirs)
    for name, (left, top, right, bottom) in theirs.items():
        box = ours[name]
        is_text = name in ("plain", "group", "lines", "end")
        across, down = ((right - left) / 5, 8) if is_text else (0.1, 0.1)
        assert (box.left, box.right) == (pytest.approx(left, abs=across), pytest.approx(right, abs=across)), name
        assert (box.top, box.bottom) == (pytest.approx(top, abs=down), pytest.approx(bottom, abs=down)), name


PLACES = """() => [...document.querySelectorAll('.question, .body p, img')].filter(e => e.offsetParent).map(e => {
  const b = e.getBoundingClientRect(); return [e.tagName, b.left, b.top, b.width, b.height]; })"""
# What Anki 2.1.49 renders (measured): no element around the holes of other cards.
OLD = r"""() => { for (const e of document.querySelectorAll('.cloze-inactive')) e.replaceWith(...e.childNodes); }"""


@pytest.mark.parametrize("old", [False, True], ids=["today's Anki", "2.1.49"])
def test_sides__show_one_picture_and_nothing_moves(make_deck: MakeDeck, tmp_path: Path, page: Page, old: bool) -> None:
    """Day and night: one picture and one answer are seen, Anki's brackets are not, and all stays in its place."""
    base = tmp_path / "anki"
    base.mkdir()
    sides = list(screenshots.import_package(everything(make_deck).build(), base, {"all-diagram"}))
    assert len(sides) == 6
    media = base / "collection.media"
    (media / "_anki").symlink_to(screenshots.anki_web_folder())
    shell = screenshots.SHELL.format(html="mobile android chrome", body="", number=1, card="")
    (media / "_shell.html").write_text(shell, encoding="utf-8")
    before: list[Any] = []
    with screenshots.serve(media) as address:
        page.goto(f"{address}_shell.html")
        page.evaluate(screenshots.TYPESET)
        for night in (False, True):
            for side in sides:
                page.evaluate(SHOW, [side.html, night])
                if old:
                    page.evaluate(OLD)
                assert page.evaluate(screenshots.FAULTS) == [], side.name
                assert page.locator("img:visible").count() == 1, side.name
                places = page.evaluate(PLACES)
                room = page.locator(".parts").evaluate("e => e.offsetHeight")
                seen = page.locator("#qa").aria_snapshot()
                if side.name.endswith("question"):
                    before = places
                    assert 'text: "[' not in seen
                    assert page.locator(".part-answer").count() == 0
                else:
                    assert places[: len(before)] == before, side.name
                    assert page.locator(".part-answer .part:visible").count() == 1, side.name
                assert room == page.locator("img:visible").evaluate("e => e.offsetHeight"), side.name
