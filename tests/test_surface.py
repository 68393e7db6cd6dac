"""Every side of every card in the page that each client puts around it, by the criteria of `surface_criteria.py`.

The numbers are those of the review surface; a failure names criterion, card, client, viewport, theme and size of text,
and leaves a screenshot in build/surface. `conftest.pytest_terminal_summary` prints the table at the end of the run.

Clients x viewports x themes x sizes of text would be 100 looks at a side. What cannot differ is looked at once:

- a side is typeset once per client and then only shown again: no client typesets anew when a phone is turned;
- what a side says and holds is asked once per client, not per viewport;
- colours are looked at on the phone only: nothing but sizes hangs on the viewport, and the smallest text has the
  strictest limit. Night must give every side the height that it has by day, so geometry is looked at by day only;
- whether the page is zoomed out (M02) is asked on the phone: that happens exactly when it is too wide (M01);
- text at 200 % is a setting of phones and tablets; the card's own zoom of 200 % exists everywhere;
- columns, lines, sizes of text and of images are measured at 100 %: at 200 % few characters in a line are meant;
- style sheets, fonts, media and balance are asked once of a deck.

`make test` looks at each side in two clients of the five, so that a thousand cards take minutes; `make surface`, which
belongs before a release, in all of them.

Folds are open while colours and geometry are looked at: what a learner unfolds must fit too.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest
import screenshots
from conftest import DECK_TOML, ROOT, Deck
from playwright.sync_api import Page, Route
from surface_criteria import CARDS, CRITERIA, MEDIA, NOTE, PAIRS, STYLES
from surface_page import CLIENTS, PHONE, VIEWPORTS, Look, Surface, resize, show_decks
from surface_style import is_foreign, judge_html, judge_media, judge_style
from test_package import EVERYTHING, PNG

SHOTS = ROOT / "build/surface"
CHUNKS = 4
"""Parts of the deck, so that the work of a client can be shared by several processes."""
EVERY_CLIENT = os.environ.get("SURFACE") == "every"
LOOKS = [
    (client, part)
    for place, client in enumerate(CLIENTS)
    for part in range(CHUNKS)
    if EVERY_CLIENT or (2 * part + place) % len(CLIENTS) < 2
]
CONTENT = "M02 M06 M13 M15 M20 M22 M24 M28 M29 M30 M31 M32 M33 M34 M36 M37 M39 M40 M44 M45 M48".split()  # noqa: SIM905
GEOMETRY = "M01 M03 M04 M05 M26 M27".split()  # noqa: SIM905
AT_100 = "M07 M08 M09 M10 M11 M12 M23 M35 M47".split()  # noqa: SIM905
COLOURS = "M16 M17 M18 M19 M21 M21g".split()  # noqa: SIM905

Record = Callable[[str, object], None]
Fault = tuple[str, str]


@pytest.fixture(scope="module")
def surface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surface]:
    """The real deck and the deck with every feature."""
    base = tmp_path_factory.mktemp("surface")
    deck = Deck(base / "everything")
    shutil.copytree(ROOT / "templates", deck.root / "templates")
    shutil.copytree(EVERYTHING, deck.root, dirs_exist_ok=True)
    deck.write("cards/media/dot.png", PNG).write("cards/media/tone.mp3", b"ID3\x04\0\0\0\0\0\0")
    if not (deck.root / "deck.toml").exists():
        deck.write("deck.toml", DECK_TOML)
    with show_decks(base, ROOT, deck.root) as shown:
        yield shown


class Findings:
    """What was found, and how often it was looked for."""

    def __init__(self) -> None:
        self.looks: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.faults: list[str] = []

    def look(self, criteria: Iterable[str], times: int) -> None:
        self.looks.update(dict.fromkeys(criteria, times))

    def add(self, fault: Fault, where: str) -> bool:
        """Count a fault; whether it is worth a picture."""
        self.found[fault[0]] += 1
        if CRITERIA[fault[0]][0] == NOTE:
            return False
        self.faults.append(f"{fault[0]} {where}: {fault[1]}")
        return len(self.faults) <= 10

    def close(self, record: Record) -> None:
        """Hand the counts to the table and fail if anything was found."""
        record("surface", {name: [self.found[name], looks] for name, looks in self.looks.items()})
        assert self.faults == [], "\n".join(self.faults[:40])


def shoot(look: Look, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    look.page.screenshot(path=SHOTS / f"{name}.png")


def scan(look: Look, sides: list[screenshots.Side], findings: Findings) -> None:
    """Look at sides by every criterion that needs a page; questions stand before their answers."""

    def tell(number: int, fault: Fault, viewport: str, theme: str, scale: str) -> None:
        where = f"{sides[number].name} {look.name} {viewport} {theme} {scale}"
        if findings.add(fault, where):
            look.again(number, look.client.nights[-1] if theme == "night" else "", scale)
            shoot(look, f"{fault[0]}-{where.replace(' ', '-')}")
            look.page.evaluate("surface.scale('100')")

    for number, side in enumerate(sides):
        for fault in look.add(side):
            tell(number, fault, PHONE, "day", "100")
    findings.look(CONTENT, len(sides))
    for theme, night in zip(("day", "night"), look.client.nights, strict=False):
        # The system says the opposite: a card listens to its client.
        look.page.emulate_media(color_scheme="dark" if theme == "day" else "light")
        for number, *fault in look.run("colours", night):
            tell(number, (fault[0], fault[1]), PHONE, theme, "100")
        findings.look(COLOURS, len(sides))
    for viewport in VIEWPORTS:
        resize(look, viewport)
        for scale in look.client.scales:
            for number, *fault in look.run("geometry", scale=scale):
                tell(number, (fault[0], fault[1]), viewport, "day", scale)
            findings.look(GEOMETRY, len(sides))
        findings.look(AT_100, len(sides))


def test_every_client_is_looked_at() -> None:
    """Two clients for each side at the least, and each client somewhere."""
    assert {client for client, _ in LOOKS} == set(CLIENTS)
    assert min(Counter(part for _, part in LOOKS).values()) >= 2


@pytest.mark.parametrize(("client", "part"), LOOKS)
def test_every_side__meets_the_criteria(surface: Surface, client: str, part: int, record_property: Record) -> None:
    """No violation on any side of any card, on any screen, by day and by night, at any size of text."""
    pairs = list(zip(surface.sides[::2], surface.sides[1::2], strict=True))
    assert len(pairs) >= 125
    assert all(answer.name.endswith("-answer") for _, answer in pairs)
    findings = Findings()
    look = surface.open(client)
    scan(look, [side for pair in pairs[part::CHUNKS] for side in pair], findings)
    look.page.close()
    findings.close(record_property)


def test_text_without_scripts__is_the_same(surface: Surface, record_property: Record) -> None:
    """M34: with JavaScript off a card has all its words; formulas show their TeX."""
    client = CLIENTS["ankiweb"]
    every = "".join(f'<div class="side">{side.html}</div>' for side in surface.sides)
    (surface.media / "_every.html").write_text(client.document(every), encoding="utf-8")
    texts = []
    for has_scripts in (False, True):
        look = surface.open("ankiweb", java_script_enabled=has_scripts)
        look.page.goto(f"{surface.address}_every.html")
        texts.append(look.page.locator(".side").all_text_contents())
        look.page.close()
    assert len(texts[0]) == len(surface.sides)
    findings = Findings()
    findings.look(["M34"], len(surface.sides))
    for side, without, having in zip(surface.sides, *texts, strict=True):
        if without.split() != having.split():
            findings.add(("M34", "other words without JavaScript"), side.name)
    findings.close(record_property)


def test_deck__meets_the_criteria(surface: Surface, record_property: Record) -> None:
    """Style sheets, media and the balance of HTML, once of the deck."""
    findings = Findings()
    page = surface.browser.new_page()
    for css in sorted(surface.styles):
        findings.look(STYLES, 1)
        for fault in judge_style(css, page):
            findings.add(fault, "style")
    page.close()
    findings.look(["M38"], len(surface.packaged))
    for fault in judge_media(surface.packaged):
        findings.add(fault, "media")
    findings.look(["M41", "M45"], len(surface.sides))
    for side in surface.sides:
        for fault in judge_html(side.html):
            findings.add(fault, side.name)
    findings.close(record_property)


# The characters of each language and font that a side uses: [[language, font, weight, characters], …].
_WRITTEN = r"""() => {
  const groups = new Map();
  for (const [text, e] of surface.texts()) {
    const style = getComputedStyle(e), lang = (e.closest('[lang]') || {}).lang;
    const key = JSON.stringify([lang, style.fontFamily, style.fontWeight]);
    groups.set(key, (groups.get(key) || '') + text.replace(/[^\u3400-\u9fff]/g, ''));
  }
  return [...groups].filter(([, text]) => text).map(([key, text]) => [...JSON.parse(key), [...new Set(text)].join('')]);
}"""
_TOFU = """font => {
  const draw = text => { const c = document.createElement('canvas'), x = c.getContext('2d'); x.font = '30px ' + font;
    x.fillText(text, 2, 40); return c.toDataURL(); };
  return draw('中') === draw('国'); }"""
NO_FONT = "this machine has no Chinese font: install one (apt-get install fonts-noto-cjk) and run the tests again"


def fonts_of(look: Look, lang: str, font: str, weight: str, text: str) -> list[str]:
    """The families that the browser draws a text with."""
    session = look.page.context.new_cdp_session(look.page)
    look.page.evaluate(
        """([lang, font, weight, text]) => { const qa = document.getElementById('qa'), p = document.createElement('p');
        p.id = 'written'; p.lang = lang; p.style.fontFamily = font; p.style.fontWeight = weight; p.textContent = text;
        qa.replaceChildren(p); }""",
        [lang, font, weight, text],
    )
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": "#written"})["nodeId"]
    used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    session.detach()
    return [font["familyName"] for font in used]


def test_glyphs__are_those_of_the_language(surface: Surface, record_property: Record) -> None:
    """M14: Chinese text is drawn with a Chinese font, whatever the machine's language.

    In one client: fonts and language are those of the card's own wrapper.
    """
    findings = Findings()
    look = surface.open("ankidroid-classic")
    assert not look.page.evaluate(_TOFU, "sans-serif"), NO_FONT
    every = "".join(side.html for side in surface.sides)
    look.page.evaluate("html => { document.getElementById('qa').innerHTML = html; }", every)
    for lang, font, weight, text in look.page.evaluate(_WRITTEN):
        findings.look(["M14"], len(text))
        for family in fonts_of(look, lang, font, weight, text):
            if is_foreign(lang, family):
                findings.add(("M14", f"{lang} drawn with {family}"), f"{weight} {font}")
    look.page.close()
    findings.close(record_property)


def open_late(surface: Surface) -> tuple[Page, list[Route]]:
    """A phone's page, and the images that it has asked for and does not get before they are let go."""
    width, height = VIEWPORTS[PHONE]
    page = surface.browser.new_page(viewport={"width": width, "height": height}, is_mobile=True)
    held: list[Route] = []
    page.route(re.compile(r"\.(png|svg|jpe?g|webp|gif)$"), lambda route: held.append(route))
    return page, held


# Until the page has been painted; the sum of its layout shifts so far.
_PAINTED = (
    """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))"""
)
_SHIFTED = """() => new Promise(done => { let sum = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 20))); })"""


def shift(surface: Surface, page: Page, held: list[Route], html: str) -> float:
    """How far a page of `open_late` shifts when the images of a side arrive after the text was painted."""
    document = CLIENTS["ankidroid"].document(html, scripts="")
    (surface.media / "_late.html").write_text(document, encoding="utf-8")
    page.goto(f"{surface.address}_late.html", wait_until="domcontentloaded")
    page.evaluate(_PAINTED)
    for route in held:
        route.continue_()
    held.clear()
    page.wait_for_load_state("load")
    return float(page.evaluate(_SHIFTED))


def test_images_that_come_late__move_nothing(surface: Surface, record_property: Record) -> None:
    """M37: a layout shift of 0.1 at most; each image once, on a question if it is on one."""
    findings, seen, (page, held) = Findings(), set(), open_late(surface)
    for side in surface.sides:
        images = set(re.findall(r'<img[^>]*src="([^"]+)"', side.html)) - seen
        seen |= images
        if images:
            findings.look(["M37"], 1)
            if (moved := shift(surface, page, held, side.html)) > 0.1:
                findings.add(("M37", f"shifts by {moved:.2f}"), side.name)
    page.close()
    assert seen
    findings.close(record_property)


@pytest.mark.parametrize("client", CLIENTS)
def test_code_of_forty_columns__needs_no_scrolling(surface: Surface, client: str) -> None:
    """40 columns of code are seen whole at 360 px; longer lines scroll in their box or, on an iPhone, wrap."""
    look = surface.open(client)
    style = "".join(surface.styles)
    card = f'<style>{style}</style><div class="x" lang="zh-CN"><pre class="code"><code>{"m" * 40}</code></pre></div>'
    look.page.evaluate("a => surface.show(...a)", [card, CLIENTS[client].card, "card"])
    wide = "(() => { const e = document.querySelector('pre'); return [e.scrollWidth, e.clientWidth]; })()"
    needed, there = look.page.evaluate(wide)
    assert needed <= there
    look.page.close()


def test_print__is_black_on_white_by_night_too(surface: Surface) -> None:
    """On paper: dark text, no inverted drawing, lines of code that wrap; at night as by day."""
    look = surface.open("desktop")
    code = f'<pre class="code"><code>{"m" * 200}</code></pre><img class="figure vector" alt="a" src="_pale.svg">'
    card = f'<style>{"".join(surface.styles)}</style><div class="x" lang="zh-CN"><p class="label">中文</p>{code}</div>'
    look.page.evaluate("a => surface.show(...a)", [card, "body", "card nightMode night_mode"])
    look.page.emulate_media(media="print")
    assert look.page.evaluate(
        """() => ['.x', '.label', 'body'].map(e => getComputedStyle(document.querySelector(e)).color)
        .concat(getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('img')).filter,
        getComputedStyle(document.querySelector('pre')).whiteSpace)"""
    ) == ["rgb(0, 0, 0)", "rgb(68, 68, 68)", "rgb(0, 0, 0)", "rgb(255, 255, 255)", "none", "pre-wrap"]
    look.page.close()


def test_example_of_theming__keeps_its_contrast(surface: Surface) -> None:
    """Another accent, as docs/theming.md gives it, meets the criteria of colours by day and by night."""
    found = re.search(r"```css\n(.*?)```", (ROOT / "docs/theming.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found
    look = surface.open("ankidroid")
    for side in surface.sides[:40]:
        look.add(side._replace(html=f"{side.html}<style>{found[1]}</style>"))
    assert [fault for night in look.client.nights for fault in look.run("colours", night) if fault[1] != "M21g"] == []
    ink = look.page.evaluate("getComputedStyle(document.querySelector('summary:not(.pitfall > *)')).color")
    assert ink == "rgb(143, 208, 166)"
    look.page.close()


def findings_of(surface: Surface, *cards: str) -> set[str]:
    """The criteria that planted sides break, on a phone."""
    look, findings = surface.open("ankidroid"), Findings()
    names = ("bad-question", "bad-answer")
    sides = [screenshots.Side("bad", name, 1, card) for name, card in zip(names, cards, strict=False)]
    found = {fault[0] for side in sides for fault in look.add(side)}
    for night in look.client.nights:
        found |= {fault[1] for fault in look.run("colours", night)}
    for scale in look.client.scales:
        found |= {fault[1] for fault in look.run("geometry", scale=scale)}
    findings.found.update(found)
    look.page.close()
    return set(findings.found)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_criterion__can_fail(surface: Surface, criterion: str) -> None:
    """A bad card, style, name or pair for each criterion is found."""
    found: set[str] = set()
    if criterion in CARDS:
        found |= findings_of(surface, CARDS[criterion]) | {fault for fault, _ in judge_html(CARDS[criterion])}
    if criterion in PAIRS:
        found |= findings_of(surface, *PAIRS[criterion])
    if criterion in MEDIA:
        found |= {fault for fault, _ in judge_media(MEDIA[criterion])}
    if criterion == "M14":
        found |= (
            {"M14"} if is_foreign("zh-CN", "Noto Sans CJK JP") and not is_foreign("zh-CN", "PingFang SC") else set()
        )
    assert criterion in found or criterion in STYLES
    if criterion in STYLES:
        page = surface.browser.new_page()
        assert criterion in {fault for fault, _ in judge_style(STYLES[criterion], page)}
        page.close()


def test_page_that_shifts__is_found(surface: Surface) -> None:
    """M37 as it is measured: an image without a size pushes the text away."""
    page, held = open_late(surface)
    assert shift(surface, page, held, '<img alt="a" src="_white.svg"><p>' + "words " * 100) > 0.1
    page.close()
