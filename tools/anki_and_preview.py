"""The same cards in the real Anki desktop and in our preview: compared, and side by side in docs/anki-and-preview.md.

    python tools/anki_and_preview.py dist/deck.apkg docs --cards kv-cache-why

Needs the extra `window`. Exit 1 names every side that differs in text, colours or places; nothing is written then.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from anki_window import FACTS, HEIGHT, WIDTH
from chromium import ARGUMENTS, find_chromium
from PIL import Image, ImageChops
from playwright.sync_api import Page, sync_playwright

from recto.preview.export import export_site
from recto.preview.site import Session
from recto.project import open_project

TOLERANCE = 2.0
"""How far an edge of a block may be from where Anki has it, in CSS pixels."""

FOLDER = "screenshots/anki-window"
_COLOURS = 64  # enough for text in a palette; a quarter of the bytes
# Gives the card the viewport that it has in Anki's window.
_FIT = """([title, width, height]) => { const frame = document.querySelector(`iframe[title='${title}']`);
  for (const screen of document.querySelectorAll('.screen')) screen.style.zIndex = 0;
  const style = { width: `${width}px`, height: `${height}px`, border: '0', borderRadius: '0' };
  Object.assign(frame.parentElement.style, style, { position: 'fixed', inset: '0 auto auto 0', zIndex: 9 });
  Object.assign(frame.style, { width: style.width, height: style.height, transform: 'none' }); }"""
PAGE = """# Anki and the preview, side by side

Left the window of Anki {version} (PyQt6), right `recto preview`: the same cards in a page of {width} × {height} pixels.
`make window` imports the built package into a throw-away profile of the real Anki desktop, compares what both show, and
makes this page. In all {sides} sides the text, the colours and the fonts are equal, and no edge of any of the
{boxes} blocks is more than {worst:.1f} pixels from where Anki has it ({tolerance:.0f} are allowed).

The whole window, as a learner sees it:

![Anki's window with a card]({folder}/window.png)
"""


def look(page: Page, name: str, outdir: Path) -> dict[str, Any]:
    """Show a side in the preview, write its picture; what its page shows (`FACTS`)."""
    card, side, theme = name.rsplit("-", 2)
    page.evaluate("key => { location.hash = key; }", f"{card}-1")
    page.wait_for_selector(f"html[data-shown^='{card}-1 ']")
    if (page.locator("#flip").get_attribute("aria-pressed") == "true") is not (side == "answer"):
        page.keyboard.press("Space")
    page.wait_for_selector(f"html[data-shown^='{card}-1 {side} ']")
    title = f"The card on desktop, {theme}"
    page.evaluate(_FIT, [title, WIDTH, HEIGHT])
    frame = page.locator(f"iframe[title='{title}']")
    inside = frame.content_frame.locator("html")
    facts: dict[str, Any] = {}
    while not facts.get("ready"):
        page.wait_for_timeout(100)
        facts = json.loads(inside.evaluate(FACTS))
    frame.screenshot(path=outdir / f"{name}.png")
    return facts


def differences(anki: dict[str, Any], ours: dict[str, Any]) -> tuple[list[str], float]:
    """What differs between two pages of one side, and the largest distance of an edge in pixels."""
    found: list[str] = []
    if anki["text"] != ours["text"]:
        found.append("the text differs")
    if [box[0] for box in anki["boxes"]] != [box[0] for box in ours["boxes"]]:
        return [*found, "the blocks differ"], 0.0
    for theirs, mine in zip(anki["styles"], ours["styles"], strict=True):
        if theirs != mine:
            found.append(f"colours or font differ: {theirs} in Anki, {mine} here")
    worst = 0.0
    for (tag, *theirs), (_, *mine) in zip(anki["boxes"], ours["boxes"], strict=True):
        far = max(abs(a - b) for a, b in zip(_edges(theirs), _edges(mine), strict=True))
        worst = max(worst, far)
        if far > TOLERANCE:
            found.append(f"<{tag}> is {far:.1f} px off: {theirs} in Anki, {mine} here")
    return found, worst


def _edges(box: list[float]) -> tuple[float, ...]:
    left, top, width, height = box
    return left, top, left + width, top + height


def join(left: Path, right: Path, target: Path) -> None:
    """Two pictures beside each other, cut below the last row in which something stands, in a palette."""
    pair = Image.new("RGB", (2 * WIDTH + 8, HEIGHT), "#888888")
    pair.paste(Image.open(left).convert("RGB"), (0, 0))
    pair.paste(Image.open(right).convert("RGB"), (WIDTH + 8, 0))
    ground = pair.getpixel((WIDTH // 2, HEIGHT - 1))
    empty = Image.new("RGB", (WIDTH, HEIGHT), ground)
    _, _, _, below = ImageChops.difference(pair.crop((0, 0, WIDTH, HEIGHT)), empty).getbbox() or (0, 0, 0, 0)
    shrink(pair.crop((0, 0, pair.width, min(HEIGHT, below + 16))), target)


def shrink(picture: Image.Image, target: Path) -> None:
    """Write a small PNG."""
    picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> int:
    """Run the command line; 1 when Anki and the preview differ."""
    parser = argparse.ArgumentParser(description="The same cards in Anki's window and in the preview.")
    parser.add_argument("apkg", type=Path)
    parser.add_argument("docs", type=Path)
    parser.add_argument("--cards", nargs="+", required=True, metavar="ID", help="the notes with these ids")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = Path(folder, "anki"), Path(folder, "preview")
        window = [sys.executable, str(Path(__file__).with_name("anki_window.py")), str(args.apkg), str(theirs)]
        with (Path(folder) / "log").open("w+") as log:
            if subprocess.run([*window, "--cards", *args.cards], stdout=log, stderr=log).returncode:
                log.seek(0)
                sys.exit(log.read())
        facts: dict[str, Any] = json.loads((theirs / "facts.json").read_text(encoding="utf-8"))
        version = facts.pop("anki")["version"]
        ours.mkdir()
        project = open_project(".")
        export_site(Session(project).view, project.root, Path(folder, "site"))
        faults: list[str] = []
        worst = 0.0
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            page.goto(Path(folder, "site/index.html").as_uri())
            page.wait_for_selector("html[data-shown]")
            for name, anki in facts.items():
                found, far = differences(anki, look(page, name, ours))
                faults += [f"{name}: {fault}" for fault in found]
                worst = max(worst, far)
        print("".join(f"{fault}\n" for fault in faults), end="", file=sys.stderr)
        boxes = sum(len(anki["boxes"]) for anki in facts.values())
        print(f"{len(facts)} sides, {boxes} blocks, at most {worst:.2f} px apart, {len(faults)} faults")
        if faults:
            return 1
        shots = args.docs / FOLDER
        shots.mkdir(parents=True, exist_ok=True)
        shrink(Image.open(theirs / "window.png"), shots / "window.png")
        text = PAGE.format(
            version=version,
            width=WIDTH,
            height=HEIGHT,
            sides=len(facts),
            boxes=boxes,
            worst=worst,
            tolerance=TOLERANCE,
            folder=FOLDER,
        )
        for name in facts:
            card, side, theme = name.rsplit("-", 2)
            join(theirs / f"{name}.png", ours / f"{name}.png", shots / f"{name}.png")
            text += f"\n## {card}, {side}, {theme}\n\n![Anki left, the preview right]({FOLDER}/{name}.png)\n"
        (args.docs / "anki-and-preview.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
