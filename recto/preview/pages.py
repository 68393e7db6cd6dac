"""What an exported site says of the deck to people who think of downloading it, and its further pages."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recto.apkg import FIELD_SEPARATOR, read_drafts, stored_tags
from recto.coverage.page import coverage_html
from recto.errors import ToolError
from recto.face import strip_html
from recto.identity import with_edition
from recto.model import Edition
from recto.news import format_date
from recto.parse.markdown import document_html
from recto.preview.site import View
from recto.stats.count import compute_stats
from recto.stats.page import stats_html

LICENSE_FILE = "cards/LICENSE"


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages are made of. `news` is NEWS.md's text, `license_text` that of cards/LICENSE, '' without them.

    `package` is an .apkg to download, of just the cards that are shown; None when there is none.
    """

    view: View
    edition: Edition
    language: str
    news: str = ""
    license_text: str = ""
    package: Path | None = None


PageMaker = Callable[[Site], tuple[str, str] | None]
"""(the page's title, the HTML of its body); None when the deck has nothing to show there."""


def news_page(site: Site) -> tuple[str, str] | None:
    """NEWS.md."""
    return (_WORDS[site.language]["news"], document_html(site.news)) if site.news.strip() else None


def coverage_page(site: Site) -> tuple[str, str] | None:
    """Which items of the syllabus are covered by which cards."""
    coverage = site.view.checked.coverage if site.view.checked else None
    if coverage is None:
        return None
    return _WORDS[site.language]["coverage"], coverage_html(coverage, _links(site.view), site.language)


def stats_page(site: Site) -> tuple[str, str] | None:
    """The deck in numbers."""
    checked = site.view.checked
    if checked is None or checked.config is None:
        return None
    stats = compute_stats(site.edition, checked.programs, checked.config.stats)
    return _WORDS[site.language]["stats"], stats_html(stats, _links(site.view))


PAGES: tuple[tuple[str, PageMaker], ...] = (
    ("news.html", news_page),
    ("coverage.html", coverage_page),
    ("stats.html", stats_page),
)
"""Every further page: its file name and what makes it. The start page links them in this order."""

_WORDS = {
    "zh": {
        "about": "关于这套卡片",
        "download": "下载",
        "news": "更新记录",
        "coverage": "大纲覆盖",
        "stats": "统计",
        "license": "许可协议",
        "facts": "版本 {version}（{date}）· {cards} 张卡片",
        "draft": "版本 {version}（未发布）· {cards} 张卡片",
        "latest": "最近更新",
        "colon": "：",
        "back": "返回卡片",
    },
    "en": {
        "about": "About this deck",
        "download": "Download",
        "news": "News",
        "coverage": "Coverage",
        "stats": "Statistics",
        "license": "License",
        "facts": "Version {version} ({date}), {cards} cards",
        "draft": "Version {version} (unreleased), {cards} cards",
        "latest": "Latest news",
        "colon": ": ",
        "back": "Back to the cards",
    },
}


def package_for(edition: Edition, path: Path) -> Path | None:
    """The package at a path if it holds exactly this edition's notes; else None, so that no old one is offered."""
    if not path.is_file():
        return None
    try:
        found = read_drafts(path).notes
    except ToolError:
        return None
    types = {linked.notetype.kind: linked.notetype for linked in edition.notetypes}
    wanted = {
        n.guid: [notetype.id, FIELD_SEPARATOR.join(fields), stored_tags(n.note.tags)]
        for n in edition.notes
        for notetype in (types[n.note.kind],)
        for fields in (with_edition(notetype, n.note.fields, n.changed_in),)
    }
    return path if {guid: content for guid, (_, *content) in found.items()} == wanted else None


def head_html(site: Site) -> str:
    """Title and description for search engines and for those who share a link (Open Graph)."""
    title = html.escape(f"{site.edition.title} {site.edition.version}")
    text = html.escape(" ".join(_paragraphs(site.edition.description))[:300])
    tags = [f'<meta property="og:type" content="website">\n<meta property="og:title" content="{title}">']
    if text:
        tags.append(f'<meta name="description" content="{text}">\n<meta property="og:description" content="{text}">')
    return "\n".join([f"<title>{title}</title>", *tags])


def about_html(site: Site, further: list[tuple[str, str]]) -> str:
    """The head of the start page: what the deck is and where to get it. `further` is (file name, title) of pages."""
    words, edition = _WORDS[site.language], site.edition
    date = format_date(edition.released) if edition.released else ""
    facts = words["facts" if date else "draft"].format(version=edition.version, date=date, cards=len(site.view.cards))
    lines = [f"<p>{html.escape(text)}</p>" for text in [*_paragraphs(edition.description), facts]]
    headline = re.search(r"^## .+\n+(?![#\n])(.+)", site.news, re.MULTILINE)
    if headline and headline[1] not in edition.description:  # where {news} puts it
        lines.append(f"<p>{words['latest']}{words['colon']}{html.escape(headline[1])}</p>")
    links: list[str] = []
    if site.package:
        name, size = html.escape(site.package.name), f"{site.package.stat().st_size / 1000:,.0f} kB"
        links.append(f'<a class="download" href="{name}" download>{words["download"]} {name} ({size})</a>')
    links += [f'<a href="{name}">{html.escape(title)}</a>' for name, title in further]
    if site.license_text:
        said = html.escape(" ".join(site.license_text.split("\n\n")[0].split()), quote=True)
        lines.append(f"<p>{said}</p>")
        links.append(f'<a href="LICENSE.txt">{words["license"]}</a>')
    bar = f'<p class="links">{" ".join(links)}</p>' if links else ""
    label = html.escape(words["about"])
    return (
        f'<section id="about" lang="{site.language}" aria-label="{label}">\n{bar}\n' + "\n".join(lines) + "\n</section>"
    )


def page_html(site: Site, title: str, body: str) -> str:
    """A further page: its body below a way back to the cards."""
    name = html.escape(f"{title} · {site.edition.title}")
    heading = "" if "<h1" in body else f"<h1>{html.escape(title)}</h1>\n"
    return (
        f'<!doctype html>\n<html lang="{site.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{name}</title>\n<link rel="icon" href="data:,">\n<link rel="stylesheet" href="preview.css">\n</head>\n'
        f'<body class="page">\n<nav><a href="index.html">{_WORDS[site.language]["back"]}</a></nav>\n'
        f"<main>\n{heading}{body}</main>\n</body>\n</html>\n"
    )


def _links(view: View) -> Callable[[str], str]:
    """A card's id → its place in the page of the cards, the first card of its note; '' if it is not shown."""
    keys: dict[str, str] = {}
    for key, card in view.cards.items():
        keys.setdefault(card.linked.note.id, key)
    return lambda ident: f"index.html#{keys[ident]}" if ident in keys else ""


def _paragraphs(text: str) -> list[str]:
    """The text of a deck's description (HTML), a line each."""
    lines = re.split(r"<br\s*/?>|</p>|</div>|</li>", text, flags=re.IGNORECASE)
    return [line for line in (" ".join(strip_html(part).split()) for part in lines) if line]
