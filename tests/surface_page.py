"""What the clients put around a card, and a real Chromium that shows the sides of a deck in it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import screenshots
from chromium import ARGUMENTS, find_chromium
from playwright.sync_api import Browser, Page, sync_playwright
from surface_criteria import IMAGES

from recto.cli.common import read_clock
from recto.package import write_apkg
from recto.project import open_project

VIEWPORTS = {"360x640": (360, 640), "390x844": (390, 844), "768x1024": (768, 1024), "1280x800": (1280, 800)}
PHONE = "360x640"
_PARTS = [Path(__file__).parent / "surface" / f"{name}.js" for name in ("page", "content", "geometry", "colours")]
SCRIPT = "".join(part.read_text(encoding="utf-8") for part in _PARTS)
_MATHJAX = """<script src="_anki/js/mathjax.js"></script>
<script src="_anki/js/vendor/mathjax/tex-chtml-full.js"></script>"""
_AQT = '<link rel="stylesheet" href="_anki/css/webview.css"><link rel="stylesheet" href="_anki/css/reviewer.css">'
# AnkiDroid's classic screen and AnkiWeb bring next to no styles; these are the ones that move or size a card.
_CLASSIC = """<style>body{margin:0;overflow-wrap:break-word;font-size:16px} #content{margin:.5em}
.chrome img{max-width:100%} body.night_mode{color:white;background-color:#303030}</style>"""
_WEB = "body{margin:0}.container{max-width:1140px;margin:0 auto;padding:0 15px}pre{overflow:auto}"


@dataclass(frozen=True)
class Client:
    """What a client puts around a card: classes of html and body, styles, and the elements about `#qa`.

    `card` is the element that carries .card, `nights` its classes by day and by night. `scales` are the sizes of text:
    `t200` is Android's and iOS's setting for text (glyphs grow, lengths in em stay: `text-size-adjust` does just that
    in a mobile page), `z200` the client's own zoom of the card (`body{zoom:2}`).
    """

    html: str
    body: str
    head: str
    shell: str = '<div id="qa" dir="auto"></div>'
    card: str = "body"
    nights: tuple[str, ...] = ("", "nightMode night_mode")
    mobile: bool = False

    @property
    def scales(self) -> tuple[str, ...]:
        return ("100", "t200", "z200") if self.mobile else ("100", "z200")

    def document(self, card: str = "", classes: str = "card card1", scripts: str = _MATHJAX) -> str:
        """The whole page, with a card's HTML and the classes of its element."""
        body = f"{classes} {self.body}" if self.card == "body" else self.body
        shell = self.shell.replace('id="qa_box"', f'id="qa_box" class="{classes}"')
        filled = re.sub(r'(<div id="qa"[^>]*>)', lambda found: found[1] + card, shell, count=1)
        return (
            f'<!doctype html><html class="{self.html}"><head><meta charset="utf-8"><link rel="icon" href="data:,">'
            f'<meta name="viewport" content="width=device-width">{self.head}{scripts}</head>'
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
    "ankimobile": Client(
        "mobile iphone", "", "<style>body{margin:20px}</style>", nights=("", "nightMode"), mobile=True
    ),
    # Always light, whatever the system.
    "ankiweb": Client(
        "",
        "",
        f"<style>{_WEB}</style>",
        '<main class="container"><div id="quiz"><div id="qa_box"><div id="qa"></div></div></div></main>',
        card="#qa_box",
        nights=("",),
    ),
}


@dataclass
class Look:
    """A browser page of one client, and what it has complained of since it was last asked."""

    page: Page
    name: str
    address: str
    complaints: list[tuple[str, str]] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return CLIENTS[self.name]

    def take(self) -> list[tuple[str, str]]:
        """The complaints; the list is empty afterwards."""
        taken, self.complaints[:] = list(self.complaints), []
        return taken

    def add(self, side: screenshots.Side) -> list[tuple[str, str]]:
        """Typeset a side, keep it in the page, and tell what is wrong with its content."""
        body = self.client.body if self.client.card == "body" else ""
        classes = f"card card{side.number} {body}"
        self.page.evaluate("a => surface.show(...a)", [side.html, self.client.card, classes])
        told = self.page.evaluate("surface.content()")
        if told["answers"] != int(side.name.endswith("-answer")):
            told["found"].append(["M28", f"{told['answers']} elements with id=answer"])
        return [(criterion, what) for criterion, what in told["found"]] + self.take()

    def again(self, number: int, night: str, scale: str) -> None:
        """Show a kept side as a criterion saw it."""
        self.page.evaluate("a => surface.again(...a)", [number, self.client.card, night])
        self.page.evaluate("s => surface.scale(s)", scale)

    def run(self, criteria: str, night: str = "", scale: str = "100") -> list[tuple[int, str, str]]:
        """`geometry` or `colours` of every kept side: its number, criterion, what."""
        found = self.page.evaluate("a => surface.run(...a)", [criteria, self.client.card, night, scale])
        return [(number, criterion, what) for number, criterion, what in found]


@dataclass
class Surface:
    """A deck in real Anki's rendering, served from its media folder to a real Chromium.

    `packaged` is packaged media name → size in bytes, `styles` the note types' CSS.
    """

    sides: list[screenshots.Side]
    media: Path
    address: str
    browser: Browser
    packaged: dict[str, int]
    styles: set[str]

    def open(self, name: str, viewport: str = PHONE, **options: bool) -> Look:
        """A page of a client, without a card. Phones' and tablets' pages are mobile ones at every size."""
        client = CLIENTS[name]
        width, height = VIEWPORTS[viewport]
        size = {"width": width, "height": height}
        page = self.browser.new_page(viewport=size, is_mobile=client.mobile, **options)
        look = Look(page, name, self.address)
        page.on("console", lambda said: look.complaints.append(("M33", said.text)) if said.type == "error" else None)
        page.on("pageerror", lambda error: look.complaints.append(("M33", str(error))))
        page.on("request", lambda r: None if r.url.startswith((self.address, "data:")) else _asks(look, r.url))
        (self.media / f"_{name}.html").write_text(client.document(), encoding="utf-8")
        page.goto(f"{self.address}_{name}.html")
        if options.get("java_script_enabled", True):
            page.evaluate(screenshots.TYPESET)
            page.evaluate(SCRIPT)
        return look


def _asks(look: Look, url: str) -> None:
    look.complaints.append(("M31", f"asks for {url}"))


def resize(look: Look, viewport: str) -> None:
    """Another screen; the cards stay typeset, as they do when a phone is turned."""
    width, height = VIEWPORTS[viewport]
    look.page.set_viewport_size({"width": width, "height": height})


@contextmanager
def show_decks(base: Path, *decks: Path) -> Iterator[Surface]:
    """The sides of all decks as real Anki renders them; the folders below `base` hold what it makes of them."""
    sides: list[screenshots.Side] = []
    packaged: dict[str, int] = {}
    styles: set[str] = set()
    media = base / "media"
    media.mkdir()
    for number, deck in enumerate(decks):
        checked = open_project(deck).check(clock=read_clock)
        assert checked.edition, checked.diagnostics
        package = base / f"{number}.apkg"
        write_apkg(checked.edition, deck, package)
        with zipfile.ZipFile(package) as archive:
            named = json.loads(archive.read("media"))
            packaged |= {name: archive.getinfo(entry).file_size for entry, name in named.items()}
        styles |= {linked.notetype.css for linked in checked.edition.notetypes}
        folder = base / str(number)
        folder.mkdir()
        sides += screenshots.import_package(package, folder, set())
        for file in (folder / "collection.media").iterdir():
            (media / file.name).write_bytes(file.read_bytes())
    for name, text in IMAGES.items():
        (media / name).write_text(text, encoding="utf-8")
    (media / "_anki").symlink_to(screenshots.anki_web_folder())
    with screenshots.serve(media) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield Surface(sides, media, address, browser, packaged, styles)
        browser.close()
