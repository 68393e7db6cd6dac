"""Cards in the window of the real Anki desktop: a picture of each side, day and night, and where its blocks stand.

    python tools/anki_window.py dist/deck.apkg pictures --cards kv-cache-why

Needs the extra `window` (aqt with PyQt6) and a display: Xvfb is started if there is none, else Qt draws off screen. The
package is imported with Anki's default options into a throw-away profile, which is deleted afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 720, 900
"""The size of a card's page in CSS pixels. High enough that these cards do not scroll: a scroll bar takes width."""

FACTS = """(() => {
  const qa = document.getElementById('qa'), boxes = [], styles = [];
  // Of the families only the last: the page itself has the font of the machine's windows first.
  const look = e => { const s = getComputedStyle(e), family = s.fontFamily.split(',').pop().trim();
    return [s.color, s.backgroundColor, s.fontSize, s.fontWeight, family].join(' '); };
  for (const e of qa.querySelectorAll('div, p, pre, table, li, mjx-container, img, blockquote')) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    boxes.push([e.tagName.toLowerCase(), box.left, box.top, box.width, box.height]);
    styles.push(look(e));
  }
  return JSON.stringify({ text: qa.innerText, boxes, styles: [look(document.body), ...styles],
    ready: !['0'].includes(qa.style.opacity) && [...document.images].every(i => i.complete) &&
      document.fonts.status === 'loaded' });
})()"""
"""What a card's page shows: its text, its blocks' boxes (tag; left, top, width, height in CSS pixels), their look."""

_PROFILE = "throw-away"
_STEP = 100  # ms between two looks at a page
_PATIENCE = 100  # looks until a page must be at rest


class Window:
    """A running Anki with one profile; all methods belong to the thread of its event loop."""

    def __init__(self, base: Path) -> None:
        import anki.lang
        import aqt
        from aqt.profiles import ProfileManager

        anki.lang.set_lang("en_US")
        profiles = ProfileManager(ProfileManager.get_created_base_folder(str(base)))
        profiles.setupMeta()
        # Without these Anki asks for a language first, and looks for updates.
        profiles.meta |= {"firstRun": False, "defaultLang": "en_US", "updates": False, "check_for_updates": False}
        profiles.create(_PROFILE)
        profiles.openProfile(_PROFILE)
        profiles.save()
        profiles.db.close()
        app = aqt._run(["anki", "-b", str(base), "-p", _PROFILE, "-l", "en_US"], exec=False)
        if app is None:
            sys.exit("anki_window: Anki did not start")
        self.app = app
        self.main: Any = aqt.mw
        self._until(lambda: self.main.col and self.main.state == "deckBrowser")

    def wait(self, milliseconds: int) -> None:
        """Let the window work for a while."""
        from aqt.qt import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def _until(self, holds: Callable[[], Any]) -> None:
        for _ in range(_PATIENCE):
            if holds():
                return
            self.wait(_STEP)
        sys.exit("anki_window: Anki's window is not where it should be")

    def load(self, package: Path) -> None:
        """Import a package as the import dialog does with what it offers first, and begin to study."""
        from anki.collection import ImportAnkiPackageRequest

        main = self.main
        options = main.col._backend.get_import_anki_package_presets()
        main.col.import_anki_package(ImportAnkiPackageRequest(package_path=str(package.resolve()), options=options))
        main.col.models._clear_cache()
        names = [deck.name for deck in main.col.decks.all_names_and_ids() if "::" not in deck.name and deck.id != 1]
        main.col.decks.select(main.col.decks.id_for_name(names[0]))
        main.moveToState("review")
        self._until(lambda: main.state == "review" and main.reviewer.card)
        self._fit()

    def _fit(self) -> None:
        """Give the page of the card exactly our size."""
        main, page = self.main, self.main.reviewer.web
        for _ in range(10):  # the bars above and below get their own heights later
            main.resize(main.width() + WIDTH - page.width(), main.height() + HEIGHT - page.height())
            self.wait(3 * _STEP)
        if (page.width(), page.height()) != (WIDTH, HEIGHT):
            sys.exit(f"anki_window: the card's page is {page.width()} × {page.height()}; the screen is too small")

    def facts(self) -> dict[str, Any]:
        """`FACTS` of the card's page once it is at rest."""
        before: dict[str, Any] = {}
        for _ in range(_PATIENCE):
            said: list[str] = []
            self.main.reviewer.web.evalWithCallback(FACTS, said.append)
            self._until(lambda said=said: said)
            now: dict[str, Any] = json.loads(said[0])
            if now["ready"] and now == before:
                return now
            before = now
            self.wait(2 * _STEP)
        sys.exit("anki_window: a card's page does not come to rest")

    def shoot(self, path: Path, *, whole: bool = False) -> None:
        """A picture of the card's page, or of the whole window."""
        widget = self.main if whole else self.main.reviewer.web
        picture = widget.screen().grabWindow(self.main.winId())
        if picture.isNull() or os.environ.get("QT_QPA_PLATFORM") == "offscreen":
            picture = widget.grab()
        elif not whole:
            corner = widget.mapTo(self.main, widget.rect().topLeft())
            picture = picture.copy(corner.x(), corner.y(), WIDTH, HEIGHT)
        picture.save(str(path))

    def sides(self, note_id: str, outdir: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        """Show the first card of a note; name and facts of each side and theme, whose pictures are in `outdir` then."""
        from aqt.theme import Theme

        found = self.main.col.find_cards(f'"Id:{note_id}" card:1')
        if not found:
            sys.exit(f"anki_window: no card {note_id}")
        for theme, name in ((Theme.LIGHT, "day"), (Theme.DARK, "night")):
            self.main.set_theme(theme)
            self.wait(3 * _STEP)
            card = self.main.col.get_card(found[0])
            card.start_timer()
            reviewer = self.main.reviewer
            reviewer.card = card
            for side, show in (("question", reviewer._showQuestion), ("answer", reviewer._showAnswer)):
                show()
                self.wait(3 * _STEP)
                facts = self.facts()
                # The answer is scrolled to its beginning; a picture of the whole card begins at its top.
                self.shoot(outdir / f"{note_id}-{side}-{name}.png")
                yield f"{note_id}-{side}-{name}", facts

    def close(self) -> None:
        """End Anki as its menu does."""
        self.main.unloadProfileAndExit()
        self.wait(10 * _STEP)
        self.app.quit()


@contextmanager
def display() -> Iterator[None]:
    """A screen for Qt: the one there is, else Xvfb, else none at all."""
    # Root may not run Chromium's sandbox; what is shown here is our own deck.
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    xvfb = shutil.which("Xvfb")
    if os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        yield
    elif not xvfb:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield
    else:
        read, write = os.pipe()
        command = [xvfb, "-displayfd", str(write), "-screen", "0", "1400x1200x24", "-nolisten", "tcp"]
        with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
            os.close(write)
            try:
                with os.fdopen(read) as said:
                    os.environ["DISPLAY"] = f":{said.readline().strip()}"
                yield
            finally:
                server.terminate()


def main() -> int:
    """Run the command line: pictures and facts.json in a folder."""
    parser = argparse.ArgumentParser(description="Cards in the window of the real Anki desktop.")
    parser.add_argument("apkg", type=Path)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--cards", nargs="+", required=True, metavar="ID", help="the notes with these ids")
    args = parser.parse_args()
    args.outdir.mkdir(parents=True, exist_ok=True)
    with display(), tempfile.TemporaryDirectory(prefix="anki-window-") as base:
        window = Window(Path(base))
        window.load(args.apkg)
        facts = dict(found for card in args.cards for found in window.sides(card, args.outdir))
        window.shoot(args.outdir / "window.png", whole=True)
        import aqt

        facts["anki"] = {"version": aqt.appVersion}
        (args.outdir / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
