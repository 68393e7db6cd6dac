"""The preview as a static site: the same page with all rendered sides beside it, for a disk or for GitHub Pages.

What it says of the deck, and its further pages, are made in `pages`.
"""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recto.errors import ToolError
from recto.preview.listing import index_of
from recto.preview.pages import LICENSE_FILE, PAGES, Site, about_html, head_html, page_html
from recto.preview.site import STATIC, View, mathjax_folder, sides_of

MANIFEST = ".recto-preview"
"""The file in which an export remembers what it wrote, a path a line."""

DATA_MARK = "<!-- data -->"
_HEAD_MARK = "<title>recto preview</title>"
_TITLE_MARK = ">recto preview</h1>"
_ABOUT_MARK = "<!-- about -->"
_MATHJAX_NOTE = "MathJax 3 (https://www.mathjax.org), Apache License 2.0, as Anki ships it.\n"


def export_site(view: View, root: Path, target: Path, *, news: str = "", package: Path | None = None) -> int:
    """Write the site into an empty folder or over an earlier export; how many cards it shows.

    `news` is the text of NEWS.md, `package` an .apkg to offer for download (`pages.package_for`).
    Raises `ToolError` when the folder holds anything else or cannot be written.
    """
    try:
        _clear(target)
        written = _write(_site(view, root, news, package), root, target)
    except OSError as error:
        raise ToolError(f"cannot write {error.filename or target}: {error.strerror}") from error
    (target / MANIFEST).write_text("".join(f"{path}\n" for path in sorted(written)), encoding="utf-8")
    return len(view.cards)


def _clear(target: Path) -> None:
    """Delete what an earlier export wrote, and nothing else."""
    target.mkdir(parents=True, exist_ok=True)
    manifest = target / MANIFEST
    known = set(manifest.read_text(encoding="utf-8").splitlines()) if manifest.is_file() else set()
    files = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    foreign = sorted(name for name in files - known - {MANIFEST} if not name.startswith(".git/") and name != ".git")
    if foreign:
        raise ToolError(
            f"{target} holds {foreign[0]}, which no export of recto wrote", hint="name an empty or a new folder"
        )
    for name in sorted(known & files):
        (target / name).unlink()


def _site(view: View, root: Path, news: str, package: Path | None) -> Site:
    assert view.edition is not None
    terms = root / LICENSE_FILE
    text = terms.read_text(encoding="utf-8") if terms.is_file() else ""
    return Site(view, view.edition, view.language, news, text, package)


def _write(site: Site, root: Path, target: Path) -> list[str]:
    view = site.view
    written: list[str] = []

    def put(name: str, data: str | bytes | Path) -> None:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, str):
            path.write_text(data, encoding="utf-8")
        elif isinstance(data, bytes):
            path.write_bytes(data)
        else:
            shutil.copyfile(data, path)
        written.append(name)

    math = mathjax_folder()
    index = index_of(view)
    topics = [topic for area in index["areas"] for topic in area["topics"]]
    styles = {card.notetype.kind: card.notetype.css for card in view.cards.values()}
    for number, topic in enumerate(topics):
        topic["data"] = f"topic-{number + 1}"
        sides = [sides_of(view.cards[card["key"]]) for card in topic["cards"]]
        put(f"data/{topic['data']}.js", _script("topic", {"name": topic["data"], "cards": sides}))
    put("data/index.js", _script("index", {**index, "math": bool(math), "styles": styles}))
    further = [(name, made) for name, make in PAGES if (made := make(site))]
    for name, (title, body) in further:
        put(name, page_html(site, title, body))
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    for mark, filled in (
        (_HEAD_MARK, head_html(site)),
        (_TITLE_MARK, f">{html.escape(f'{view.title} {view.version}')}</h1>"),
        (_ABOUT_MARK, about_html(site, [(name, title) for name, (title, _) in further])),
        (DATA_MARK, '<script src="data/index.js"></script>'),
    ):
        page = page.replace(mark, filled)
    put("index.html", page)
    if site.package:
        put(site.package.name, site.package)
    if site.license_text:
        put("LICENSE.txt", site.license_text)
    for name in ("preview.css", "preview.js"):
        put(name, STATIC / name)
    for name, file in view.media.items():
        put(f"media/{name}", file.data or root / file.path)
    if math:
        put("mathjax/tex-chtml-full.js", math / "tex-chtml-full.js")
        put("mathjax/NOTICE.txt", _MATHJAX_NOTE)
        for font in sorted(math.glob("output/chtml/fonts/woff-v2/*.woff")):
            put(f"mathjax/{font.relative_to(math).as_posix()}", font)
    put(".nojekyll", "")  # GitHub Pages: serve the files as they are
    return written


def _script(what: str, data: Mapping[str, Any]) -> str:
    # A page opened from disk may load scripts but not fetch JSON. `<` is escaped although nothing puts this into HTML.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"(window.recto=window.recto||{{topics:{{}}}}).{what}" + (
        f"s[{json.dumps(data['name'])}]={text};\n" if what == "topic" else f"={text};\n"
    )
