"""Every side of every card in the page that each client puts around it, by the measured criteria M01 … M40.

The numbers are those of the review surface; a failure names criterion, card, client and viewport, and leaves a
screenshot. The table of criteria is printed at the end of the run (`conftest.pytest_terminal_summary`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import screenshots
from chromium import ARGUMENTS, find_chromium
from conftest import DECK_TOML, ROOT, Deck
from playwright.sync_api import Browser, Page, sync_playwright
from test_package import EVERYTHING, PNG

from recto.cli.common import read_clock
from recto.package import write_apkg
from recto.project import open_project

CRITERIA = (Path(__file__).parent / "surface.js").read_text(encoding="utf-8")
IDS = "M01 M02 M03 M06 M10 M11 M13 M16 M17 M22 M23 M26 M27 M28 M29 M30 M31 M32 M33 M34 M39 M40".split()  # noqa: SIM905
VIEWPORTS = {"360x640": (360, 640), "1280x800": (1280, 800)}
SHOTS = ROOT / "build/surface"
_SCRIPTS = """<script src="_anki/js/mathjax.js"></script>
<script src="_anki/js/vendor/mathjax/tex-chtml-full.js"></script>"""
_AQT = '<link rel="stylesheet" href="_anki/css/webview.css"><link rel="stylesheet" href="_anki/css/reviewer.css">'
# AnkiDroid's classic screen and AnkiWeb bring next to no styles; these are the ones that move or size a card.
_CLASSIC = """<style>body{margin:0;overflow-wrap:break-word;font-size:16px} #content{margin:.5em}
.chrome img{max-width:100%} body.night_mode{color:white;background-color:#303030}</style>"""
_MOBILE = "<style>body{margin:20px}</style>"
_MARKS = '<div id="_mark"></div><div id="_flag"></div><div id="qa" dir="auto"></div>'


@dataclass(frozen=True)
class Client:
    """What a client puts around a card: classes of html and body, styles, and the elements about `#qa`."""

    html: str
    body: str
    head: str
    shell: str = '<div id="qa" dir="auto"></div>'
    card: str = "body"  # the element that carries .card
    nights: tuple[str, ...] = ("", "nightMode night_mode")
    mobile: bool = False

    def document(self, card: str = "", classes: str = "card card1") -> str:
        """The whole page, with a card's HTML and the classes of its element."""
        body = classes if self.card == "body" else ""
        shell = self.shell.replace("qa_box", f'qa_box" class="{classes}', 1) if self.card != "body" else self.shell
        filled = re.sub(r'(<div id="qa"[^>]*>)', lambda found: found[1] + card, shell, count=1)
        return (
            f'<!doctype html><html class="{self.html}"><head><meta charset="utf-8"><link rel="icon" href="data:,">'
            f'<meta name="viewport" content="width=device-width">{self.head}{_SCRIPTS}</head>'
            f'<body class="{body}">{filled}</body></html>'
        )


CLIENTS = {
    "desktop": Client(
        "chrome linux", "isLin", _AQT, '<div id="_mark"></div><div id="_flag"></div><div id="qa" dir="auto"></div>'
    ),
    "ankidroid": Client("mobile android chrome", "mathjax-rendered", _AQT, mobile=True),
    "ankidroid-classic": Client(
        "mobile android linux js",
        "chrome",
        _CLASSIC,
        '<div id="content"><div id="qa"></div></div>',
        nights=("", "night_mode nightMode ankidroid_dark_mode"),
        mobile=True,
    ),
    # Documented is .card.nightMode alone; night_mode is not.
    "ankimobile": Client("mobile iphone", "", _MOBILE, nights=("", "nightMode"), mobile=True),
    "ankiweb": Client(
        "",
        "",
        "<style>body{margin:0}.container{max-width:1140px;margin:0 auto;padding:0 15px}pre{overflow:auto}</style>",
        '<main class="container"><div id="quiz"><div id="qa_box"><div id="qa"></div></div></div></main>',
        card="#qa_box",
        nights=("",),
    ),
}
SHOW = """async ([html, target, classes]) => {
  const card = document.querySelector(target), qa = document.getElementById('qa');
  card.className = classes;
  MathJax.typesetClear([qa]);
  qa.innerHTML = html;
  for (const image of document.images) await image.decode().catch(() => 0);
  await MathJax.typesetPromise([qa]); }"""
CLASSES = "([target, classes]) => { document.querySelector(target).className = classes; }"


@dataclass
class Look:
    """A browser page of one client at one viewport, and what it has complained of since it was last asked."""

    page: Page
    client: str
    viewport: str
    address: str
    complaints: list[tuple[str, str]] = field(default_factory=list)

    def take(self) -> list[tuple[str, str]]:
        """The complaints; the list is empty afterwards."""
        taken, self.complaints[:] = list(self.complaints), []
        return taken


@dataclass
class Surface:
    """A deck in real Anki's rendering, served from its media folder to a real Chromium."""

    sides: list[screenshots.Side]
    media: Path
    address: str
    browser: Browser

    def open(self, name: str, viewport: str, **options: bool) -> Look:
        """A page of a client, without a card."""
        client = CLIENTS[name]
        width, height = VIEWPORTS[viewport]
        is_mobile = client.mobile and width < 600
        page = self.browser.new_page(viewport={"width": width, "height": height}, is_mobile=is_mobile, **options)
        look = Look(page, name, viewport, self.address)
        page.on("console", lambda said: look.complaints.append(("M33", said.text)) if said.type == "error" else None)
        page.on("pageerror", lambda error: look.complaints.append(("M33", str(error))))
        page.on("request", lambda r: None if r.url.startswith((self.address, "data:")) else _asks(look, r.url))
        (self.media / f"_{name}.html").write_text(client.document(), encoding="utf-8")
        page.goto(f"{self.address}_{name}.html")
        if options.get("java_script_enabled", True):
            page.evaluate(screenshots.TYPESET)
        return look


def _asks(look: Look, url: str) -> None:
    look.complaints.append(("M31", f"asks for {url}"))


def render(deck: Path, base: Path) -> list[screenshots.Side]:
    """A deck's sides as real Anki renders them; its media are in `base`/collection.media then."""
    base.mkdir()
    checked = open_project(deck).check(clock=read_clock)
    assert checked.edition, checked.diagnostics
    package = base / "deck.apkg"
    write_apkg(checked.edition, deck, package)
    return list(screenshots.import_package(package, base, set()))


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
    sides = render(ROOT, base / "real") + render(deck.root, base / "small")
    media = base / "real/collection.media"
    shutil.copytree(base / "small/collection.media", media, dirs_exist_ok=True)
    (media / "_anki").symlink_to(screenshots.anki_web_folder())
    with screenshots.serve(media) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield Surface(sides, media, address, browser)
        browser.close()


def look_at(look: Look, side: screenshots.Side, asked: list[list[object]]) -> Iterator[tuple[str, str, str]]:
    """Every violation of one side: theme, criterion, what. `asked` keeps the question's blocks for its answer."""
    client = CLIENTS[look.client]
    for night in client.nights:
        classes = f"card card{side.number} {client.body} {night}"
        if night == client.nights[0]:
            look.page.evaluate(SHOW, [side.html, client.card, classes])
        else:
            look.page.evaluate(CLASSES, [client.card, classes])
        told = look.page.evaluate(CRITERIA, bool(night))
        is_answer = side.name.endswith("-answer")
        if told["answers"] != int(is_answer):
            yield night, "M28", f"{told['answers']} elements with id=answer"
        if not night and not is_answer:
            asked[:] = told["blocks"]
        elif not night:
            now = dict(told["blocks"])
            for text, top in asked:
                if text not in now:
                    yield night, "M26", f"the back lacks: {text}"
                elif abs(now[text] - top) > 2:
                    yield night, "M27", f"moves {now[text] - top} px: {text}"
        for criterion, what in told["found"]:
            yield night, criterion, what
    for criterion, what in look.take():
        yield "", criterion, what


@pytest.mark.parametrize("viewport", VIEWPORTS)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_side__meets_the_criteria(
    surface: Surface, client: str, viewport: str, record_property: Callable[[str, object], None]
) -> None:
    """No violation on any side of any card, by day and by night."""
    look = surface.open(client, viewport)
    counts = dict.fromkeys(IDS, 0)
    faults: list[str] = []
    asked: list[list[object]] = []
    for side in surface.sides:
        for night, criterion, what in look_at(look, side, asked):
            counts[criterion] += 1
            theme = "night" if night else "day"
            faults.append(f"{criterion} {side.name} {client} {viewport} {theme}: {what}")
            if len(faults) <= 20:
                SHOTS.mkdir(parents=True, exist_ok=True)
                look.page.screenshot(path=SHOTS / f"{criterion}-{side.name}-{client}-{viewport}-{theme}.png")
    look.page.close()
    record_property("surface", counts)
    assert len(surface.sides) >= 250
    assert not faults, "\n".join(faults[:40])


def test_text_without_scripts__is_the_same(surface: Surface, record_property: Callable[[str, object], None]) -> None:
    """M34: with JavaScript off a card has all its words; formulas show their TeX."""
    client = CLIENTS["ankiweb"]
    every = "".join(f'<div class="side">{side.html}</div>' for side in surface.sides)
    (surface.media / "_every.html").write_text(client.document(every), encoding="utf-8")
    texts = []
    for has_scripts in (False, True):
        look = surface.open("ankiweb", "360x640", java_script_enabled=has_scripts)
        look.page.goto(f"{surface.address}_every.html")
        texts.append(look.page.locator(".side").all_inner_texts())
        look.page.close()
    assert len(texts[0]) == len(surface.sides)
    faults = [
        side.name
        for side, without, with_ in zip(surface.sides, *texts, strict=True)
        if without.split() != with_.split()
    ]
    record_property("surface", {"M34": len(faults)})
    assert faults == []


BAD = {
    "M01": '<div style="width:2000px">wide</div>',
    "M03": "<pre style='overflow:visible;width:1500px'>x</pre>",
    "M06": '<p style="position:sticky;top:0">x</p>',
    "M10": '<div class="question" style="font-size:15px">x</div>',
    "M11": '<p style="font-size:9px">x</p>',
    "M13": '<p lang="en">中文</p>',
    "M16": '<p style="color:#bbb;background:#fff">x</p>',
    "M22": '<b>x <span class="cloze">y</span></b>',
    "M23": "<details><summary style='min-height:0;padding:0'>x</summary></details>",
    "M28": '<p id="answer">x</p>',
    "M29": "<i id=a></i><i id=a>x</i>",
    "M30": " ",
    "M31": '<img src="https://example.org/x.png">',
    "M32": '<img src="none.png">',
    "M33": '<img src="gone.png">',
    "M34": '<p onclick="x()">x</p>',
    "M39": r"\(\frac{1}\)",
    "M40": "<p>**raw**</p>",
}


@pytest.mark.parametrize("criterion", BAD)
def test_criterion__can_fail(surface: Surface, criterion: str) -> None:
    """A bad card for each criterion is found."""
    look = surface.open("desktop", "360x640")
    bad = screenshots.Side("bad", "bad-question", 1, BAD[criterion])
    assert criterion in {found for _, found, _ in look_at(look, bad, [])}
    look.page.close()


def test_criteria_of_two_sides_and_of_zoom__can_fail(surface: Surface) -> None:
    """M02, M17, M26 and M27 need a phone, the night or both sides."""
    look = surface.open("ankidroid", "360x640")
    asked: list[list[object]] = []
    found: set[str] = set()
    moved = '<div class="question">q</div><div class="meta">m</div>'
    for name, html in (("bad-question", moved), ("bad-answer", '<br><br><div class="question">q</div>')):
        found |= {c for _, c, _ in look_at(look, screenshots.Side("bad", name, 1, html), asked)}
    wide = '<p style="color:#333;background:#222;width:2000px">x</p>'
    found |= {c for _, c, _ in look_at(look, screenshots.Side("bad", "bad-question", 1, wide), asked)}
    assert {"M02", "M17", "M26", "M27"} <= found
    look.page.close()
