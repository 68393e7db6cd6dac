"""Every card of the deck in a real Chromium at a phone's width, with the style sheets and MathJax that Anki ships."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import screenshots
from chromium import ARGUMENTS, find_chromium
from conftest import ROOT
from playwright.sync_api import Page, sync_playwright

from recto.cli.common import read_clock
from recto.package import write_apkg
from recto.project import open_project

WIDTH, HEIGHT = 360, 640
SHOW = """async ([html, night]) => {
  document.body.className = 'card card1' + (night ? ' nightMode night_mode' : '');
  const qa = document.getElementById('qa');
  MathJax.typesetClear([qa]);
  qa.innerHTML = html;
  for (const image of document.images) await image.decode().catch(() => 0);
  await MathJax.typesetPromise([qa]);
}"""
# What a learner would see wrong: TeX that was not typeset, Markdown or template marks, text too small, tiny targets.
LOOK = r"""() => {
  const found = [], visible = document.getElementById('qa');
  const walker = document.createTreeWalker(visible, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement, text = node.textContent;
    if (!text.trim() || element.closest('style, script, mjx-container')) continue;
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (size < 12) found.push(`text of ${size} px: ${text.trim().slice(0, 20)}`);
    if (!element.closest('code, pre') && /\\\(|\\\[|\*\*|\{\{|```/.test(text))
      found.push('marks: ' + text.trim().slice(0, 30));
  }
  for (const s of document.querySelectorAll('summary'))
    if (s.getBoundingClientRect().height < 44) found.push(`a fold of ${s.getBoundingClientRect().height} px`);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size < ids.length) found.push('an id twice');
  return found; }"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, list[screenshots.Side], list[str]]]:
    """A page that can show any side of any card of the deck; what the browser complained about."""
    base = tmp_path_factory.mktemp("anki")
    checked = open_project(ROOT).check(clock=read_clock)
    assert checked.edition
    package = base / "deck.apkg"
    write_apkg(checked.edition, ROOT, package)
    sides = list(screenshots.import_package(package, base, set()))
    media = base / "collection.media"
    (media / "_anki").symlink_to(screenshots.anki_web_folder())
    shell = screenshots.SHELL.format(html="mobile android chrome", body="", number=1, card="")
    (media / "_shell.html").write_text(shell, encoding="utf-8")
    complaints: list[str] = []
    with screenshots.serve(media) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, is_mobile=True)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda r: complaints.append(f"asks for {r.url}") if not r.url.startswith((address, "data:")) else None,
        )
        page.goto(f"{address}_shell.html")
        page.evaluate(screenshots.TYPESET)
        yield page, sides, complaints
        browser.close()


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_every_side__fits_and_is_typeset(shown: tuple[Page, list[screenshots.Side], list[str]], night: bool) -> None:
    """No sideways scroll, no formula error, no missing picture, no raw mark, nothing fetched, nothing thrown."""
    page, sides, complaints = shown
    faults: list[str] = []
    for side in sides:
        page.evaluate(SHOW, [side.html, night])
        faults += [f"{side.name}: {fault}" for fault in page.evaluate(screenshots.FAULTS) + page.evaluate(LOOK)]
        faults += [f"{side.name}: {complaint}" for complaint in complaints]
        complaints.clear()
    assert len(sides) >= 120
    assert faults == []


def test_the_check_itself__can_fail(shown: tuple[Page, list[screenshots.Side], list[str]]) -> None:
    """A wide box, a broken formula, a missing picture, small text and raw marks are all found."""
    page, _, complaints = shown
    bad = (
        '<div style="width:900px">wide</div>\\(\\frac{1}\\)<img src="none.png"><p style="font-size:9px">tiny</p>'
        "<p>**raw**</p><details><summary>x</summary></details><i id=a></i><i id=a></i>"
    )
    page.evaluate(SHOW, [bad, False])
    found = " | ".join(page.evaluate(screenshots.FAULTS) + page.evaluate(LOOK))
    for expected in (
        "wider than",
        "formula:",
        "no image",
        "text of 9 px",
        "marks: **raw**",
        "a fold of",
        "an id twice",
    ):
        assert expected in found
    page.evaluate(SHOW, ["", False])
    complaints.clear()
