"""Screenshots of a package's cards as real Anki shows them: both sides, phone and desktop, day and night.

    python tools/screenshots.py dist/deck.apkg shots --cards kv-cache-why

Needs the extra `gallery`: `anki` renders the cards, `aqt` brings Anki's own style sheets and MathJax, and
Playwright drives the machine's Chromium. Exit 1 names every card that does not show as it should.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import anki.lang
from anki.collection import Collection, ImportAnkiPackageRequest
from chromium import ARGUMENTS, find_chromium
from playwright.sync_api import Page, ViewportSize, sync_playwright

PHONE, DESKTOP = "360x640", "1280x800"
THEMES = {"day": "", "night": "nightMode night_mode"}  # theme -> classes of the body
# The replay button of aqt/sound.py.
PLAY = """<a class="replay-button soundLink" href="#" onclick="return false"><svg class="playImage"
viewBox="0 0 64 64"><circle cx="32" cy="32" r="29"/><path
d="M56.502,32.301l-37.502,20.101l0.329,-40.804l37.173,20.703Z"/></svg></a>"""
# The page around a card: stdHtml of aqt/webview.py, and AnkiDroid's new study screen.
SHELL = """<!doctype html><html class="{html}"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="_anki/css/webview.css">
<link rel="stylesheet" href="_anki/css/reviewer.css"><script src="_anki/js/mathjax.js"></script>
<script src="_anki/js/vendor/mathjax/tex-chtml-full.js"></script></head>
<body class="card card{number} {body}"><div id="qa" dir="auto">{card}</div></body></html>"""
TYPESET = "MathJax.startup.promise.then(() => MathJax.typesetPromise()).then(() => document.fonts.ready).then(() => 0)"
FAULTS = """() => {
  const root = document.documentElement, over = root.scrollWidth - root.clientWidth, found = [];
  if (over > 1) found.push(`the page is ${over} px wider than the screen`);
  if (visualViewport.scale < 0.99) found.push(`the page is zoomed out to ${visualViewport.scale}`);
  for (const e of document.querySelectorAll('mjx-merror')) found.push('formula: ' + e.dataset.mjxError);
  for (const i of document.images) if (!i.naturalWidth) found.push('no image: ' + i.getAttribute('src'));
  return found; }"""


class Side(NamedTuple):
    """One side of one card, rendered by Anki. `number` is that of the card within its note."""

    note_id: str
    name: str
    number: int
    html: str


def import_package(package: Path, base: Path, wanted: set[str]) -> Iterator[Side]:
    """Import into an empty collection at `base`; both sides of the cards of the wanted notes (all if none)."""
    anki.lang.set_lang("en_US")
    col = Collection(str(base / "collection.anki2"))
    col.import_anki_package(ImportAnkiPackageRequest(package_path=str(package)))
    col.models._clear_cache()  # it still holds the note types of before the import
    for card in map(col.get_card, col.find_cards("", order="c.due asc, c.ord asc")):
        note_id = card.note()["Id"]
        if wanted and note_id not in wanted:
            continue
        name = f"{note_id}-{card.ord + 1}" if card.ord else note_id
        for side, html in (("question", card.question()), ("answer", card.answer())):
            shown = re.sub(r"\[anki:play:[qa]:\d+\]", PLAY, col.media.escape_media_filenames(html))
            yield Side(note_id, f"{name}-{side}", card.ord + 1, shown)
    col.close()


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback interface; yields its address."""
    quiet = type("QuietHandler", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def anki_web_folder() -> Path:
    """Where the installed aqt keeps its style sheets and MathJax."""
    spec = importlib.util.find_spec("_aqt")
    for folder in (spec and spec.submodule_search_locations) or ():
        if (Path(folder) / "data/web/js/vendor/mathjax").is_dir():
            return Path(folder) / "data/web"
    sys.exit("screenshots: aqt is not installed, and with it Anki's MathJax: pip install -e '.[gallery]'")


def shoot(page: Page, size: str, sides: list[Side], media: Path, address: str, args: argparse.Namespace) -> list[str]:
    """Write a picture of every side by day and by night; what is wrong, with the picture's name."""
    heard: list[str] = []
    faults: list[str] = []
    page.route(lambda url: not url.startswith((address, "data:")), lambda route: route.abort())
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    for (theme, body), side in product(THEMES.items(), sides):
        name = f"{side.name}-{size}-{theme}"
        html = ("mobile android chrome" if size == PHONE else "chrome") + (" night-mode" if body else "")
        shown = SHELL.format(html=html, body=body, number=side.number, card=side.html)
        (media / f"_{name}.html").write_text(shown, encoding="utf-8")
        page.goto(f"{address}_{name}.html")
        page.evaluate(TYPESET)
        page.screenshot(path=args.outdir / f"{name}.png", full_page=args.full)
        faults += [f"{name}: {fault}" for fault in [*page.evaluate(FAULTS), *heard]]
        heard.clear()
    return faults


def main() -> int:
    """Run the command line; 1 when a card does not show as it should."""
    parser = argparse.ArgumentParser(description="Screenshots of a package's cards as Anki shows them.")
    parser.add_argument("apkg", type=Path)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--cards", nargs="+", default=[], metavar="ID", help="only the notes with these ids")
    parser.add_argument("--scale", type=float, default=1, help="device pixels per CSS pixel (default 1)")
    parser.add_argument("--full", action="store_true", help="the whole page instead of one screen")
    args = parser.parse_args()
    args.outdir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as base:
        sides = list(import_package(args.apkg, Path(base), set(args.cards)))
        missing = set(args.cards) - {side.note_id for side in sides}
        faults = [f"{note_id}: no such card in {args.apkg}" for note_id in sorted(missing)]
        media = Path(base, "collection.media")
        (media / "_anki").symlink_to(anki_web_folder())
        with serve(media) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(),
                args=ARGUMENTS,
            )
            for size in (PHONE, DESKTOP):
                width, height = map(int, size.split("x"))
                viewport = ViewportSize(width=width, height=height)
                page = browser.new_page(viewport=viewport, is_mobile=size == PHONE, device_scale_factor=args.scale)
                faults += shoot(page, size, sides, media, address, args)
    print("".join(f"{fault}\n" for fault in faults), end="", file=sys.stderr)
    print(f"{len(sides) * 2 * len(THEMES)} pictures in {args.outdir}, {len(faults)} faults")
    return 1 if faults or not sides else 0


if __name__ == "__main__":
    sys.exit(main())
