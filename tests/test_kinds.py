"""Choices and chains in a real Chromium at a phone's width: contrast, room, and nothing that moves with the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import screenshots
from chromium import ARGUMENTS, find_chromium
from conftest import MakeDeck
from playwright.sync_api import Page, sync_playwright
from test_package import everything

KINDS = {"all-choice", "all-chain"}
WIDTH, HEIGHT = 360, 640
# Shows another side in the page of `screenshots.SHELL`; what it measures afterwards no font moves any more.
SHOW = """async ([html, night]) => {
  document.body.className = 'card card1' + (night ? ' nightMode night_mode' : '');
  const qa = document.getElementById('qa');
  MathJax.typesetClear([qa]);
  qa.innerHTML = html;
  for (const image of document.images) await image.decode().catch(() => 0);
  await MathJax.typesetPromise([qa]);
  qa.getBoundingClientRect();  // a font is asked for by the layout that needs it
  await document.fonts.ready;
}"""
# WCAG 2.2, 1.4.3: the ratio of each text, and of what the look writes before an element, to the ground below it.
CONTRAST = r"""() => {
  const parse = color => color.match(/[\d.]+/g).map(Number);
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const weights = [.2126, .7152, .0722];
  const light = color => weights.reduce((sum, weight, n) => sum + weight * linear(parse(color)[n] / 255), 0);
  const opaque = color => (parse(color)[3] ?? 1) > 0;
  const ground = e => opaque(getComputedStyle(e).backgroundColor)
    ? getComputedStyle(e).backgroundColor : ground(e.parentElement);
  const ratio = (e, style, below) => {
    const [a, b] = [light(style.color), light(below)].sort((x, y) => y - x);
    return (a + .05) / (b + .05);
  };
  const found = [];
  for (const e of document.querySelectorAll('#qa *')) {
    if (e.closest('style, mjx-container') || !e.offsetParent) continue;
    if ([...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
      found.push([e.textContent.trim().slice(0, 20), ratio(e, getComputedStyle(e), ground(e))]);
    const before = getComputedStyle(e, '::before'), own = before.backgroundColor;
    if (!['none', 'normal', '""'].includes(before.content))
      found.push([`${e.className}::before`, ratio(e, before, opaque(own) ? own : ground(e))]);
  }
  return found; }"""
PLACES = """() => [...document.querySelectorAll('.options > li, .asked > li, .question')].map(e => {
  const box = e.getBoundingClientRect(); return [box.left, box.top, box.width, box.height]; })"""

Shown = tuple[Page, dict[str, screenshots.Side]]


@pytest.fixture
def shown(make_deck: MakeDeck, tmp_path: Path) -> Iterator[Shown]:
    """A page as AnkiDroid's, and the sides of the cards of both kinds by name."""
    base = tmp_path / "anki"
    base.mkdir()
    sides = {side.name: side for side in screenshots.import_package(everything(make_deck).build(), base, KINDS)}
    media = base / "collection.media"
    (media / "_anki").symlink_to(screenshots.anki_web_folder())
    shell = screenshots.SHELL.format(html="mobile android chrome", body="", number=1, card="")
    (media / "_shell.html").write_text(shell, encoding="utf-8")
    with screenshots.serve(media) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, is_mobile=True)
        page.goto(f"{address}_shell.html")
        page.evaluate(screenshots.TYPESET)
        yield page, sides
        browser.close()


def test_both_kinds__can_be_read_and_stay_where_they_are(shown: Shown) -> None:
    """Day and night: contrast of 4.5 at least, nothing too wide, the answer moves nothing."""
    page, sides = shown
    assert len(sides) == 8
    measured = 0
    for night in (False, True):
        for name, side in sides.items():
            page.evaluate(SHOW, [side.html, night])
            assert page.evaluate(screenshots.FAULTS) == [], name
            ratios = page.evaluate(CONTRAST)
            assert [(text, ratio) for text, ratio in ratios if ratio < 4.5] == [], name
            measured += len(ratios)
            places = page.evaluate(PLACES)
            if name.endswith("question"):
                before = places
            else:
                assert places == before, name
    assert measured > 150


def test_choice__is_told_by_more_than_colour(shown: Shown) -> None:
    """On the back each option has its sign, and room for it stands free on the front; options are 44 px high."""
    page, sides = shown
    page.evaluate(SHOW, [sides["all-choice-answer"].html, False])
    assert page.locator(".options .mark").all_inner_texts() == ["✓", "✗", "✓"]
    overlaps = page.evaluate("""() => [...document.querySelectorAll('.options > li')].filter(li => {
      const range = document.createRange(), mark = li.querySelector('.mark');
      range.selectNodeContents(li);
      range.setStartAfter(mark);
      return [...range.getClientRects()].some(r => r.right > mark.getBoundingClientRect().left);
    }).length""")
    assert overlaps == 0
    heights = page.evaluate("() => [...document.querySelectorAll('.options > li')].map(e => e.offsetHeight)")
    assert min(heights) >= 44


def test_chain__asks_larger_than_it_repeats(shown: Shown) -> None:
    """What was asked before is smaller than the question of this card."""
    page, sides = shown
    page.evaluate(SHOW, [sides["all-chain-3-question"].html, False])
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    now = page.locator(".question").evaluate(size)
    assert page.locator(".asked-question").count() == 2
    for part in (".asked-question", ".asked .body"):
        assert page.locator(part).first.evaluate(size) <= 0.75 * now
