"""The criteria that are asked once of a deck: of its style sheets, the names of its media and the HTML of its sides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

from playwright.sync_api import Page

# What Chrome 85 or iOS 14.5 lack; the first versions that have it, by MDN's browser-compat-data 8.1.9 (Chrome/iOS).
ABOVE_THE_FLOOR = {
    r":is\(|:where\(": "88/14",
    r":has\(": "105/15.4",
    r":focus-visible": "86/15.4",
    r":not\([^()]*,": "88/9, lists",
    r"[;{\s]inset(?:-\w+)*\s*:": "87/14.5",
    r"(?:margin|padding|border)-(?:inline|block)\s*:": "87/14.5",
    r"aspect-ratio\s*:": "88/15",
    r"overflow(?:-[xy])?\s*:\s*clip": "90/16",
    r"overflow-wrap\s*:\s*anywhere": "80/15.4",
    r"accent-color\s*:": "93/15.4",
    r"(?<![\w-])(?:rotate|scale|translate)\s*:": "104/14.5",
    r"content-visibility\s*:|contain-intrinsic-\w+\s*:": "85/18",
    r"@layer": "99/15.4",
    r"@container|container-(?:type|name)\s*:": "105/16",
    r"@scope|@property|@starting-style": "118/17.4",
    r"@media[^{]*[<>]": "104/16.4",
    r"\d[dsl]v[hwib]\b": "108/15.4",
    r"color-mix\(|oklch\(|oklab\(|(?<![\w-])l(?:ab|ch)\(": "111/16.2",
    r"light-dark\(": "123/17.5",
    r"\((?:from)\s": "122/18",
    r"text-wrap\s*:": "114/17.5",
    r"text-box|text-autospace\s*:|text-spacing-trim\s*:": "123/18.2",
    r"hanging-punctuation\s*:": "none/10",
    r"scrollbar-(?:width|color|gutter)\s*:": "121/18.2",
    r"(?<!-webkit-)text-emphasis(?:-\w+)?\s*:": "99/7",
    r"(?<!-webkit-)box-decoration-break\s*:": "130/none",
    r"text-underline-offset\s*:|text-decoration-thickness\s*:": "87/12.2",
    r"::marker": "86/11.3",
    r"::details-content|:open\b": "131/18.4",
    r"&\s*[.:\[>]|&\s+\w": "120/17.2, nesting",
    r"(?<![\w-])(?:round|mod|rem|sin|cos|pow|sqrt)\(": "111/15.4",
    r"(?:-|:)\s*math-style|math-depth\s*:": "109/14.1",
    r"mask-image\s*:|(?<!-webkit-)mask\s*:": "120/15.4",
    r"backdrop-filter\s*:": "76/18",
    r"(?<!-webkit-)user-select\s*:": "54/none",
}

# Every rule of a style sheet as the browser reads it: [[what is around it, selectors, declarations], …].
_RULES = """css => {
  const sheet = new CSSStyleSheet(), found = [];
  sheet.replaceSync(css);
  const walk = (rules, around) => { for (const rule of rules) {
    if (rule.selectorText !== undefined) found.push([around, rule.selectorText, rule.style.cssText]);
    if (rule.cssRules && rule.cssRules.length) walk(rule.cssRules, `${around} ${rule.cssText.split('{')[0]}`);
    else if (rule.selectorText === undefined) found.push([`${around} ${rule.cssText}`, '', '']);
  } };
  walk(sheet.cssRules, '');
  return found; }"""
_OURS = re.compile(r"^(?:\.iphone |\.ipad )?(?:\.card(?:\.nightMode|\.night_mode)?(?: \.x\b.*)?|\.x\b.*)$")
_ANKI = re.compile(r"var\(--(?:canvas|fg|border|shadow|accent|button|state|flag|text-fg|frame)\b")


def judge_style(css: str, page: Page) -> Iterator[tuple[str, str]]:
    """What a note type's CSS does wrong: criterion, what."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    old = without_supports(bare)
    for pattern, version in ABOVE_THE_FLOOR.items():
        if found := re.search(pattern, old):
            yield "M42", f"{found[0].strip()!r} needs {version} (Chrome/iOS)"
    if found := re.search(r"url\(|@import|@font-face", bare):
        yield "M31", found[0]
    if found := re.search(r"\d(?:rem|vw|vh)\b|@import", bare):
        yield "M43", found[0]
    if _ANKI.search(bare):
        yield "M43", "a variable of Anki's"
    if "prefers-color-scheme" in bare:
        yield "M44", "night by media query"
    grounds = ""
    for around, selectors, declarations in page.evaluate(_RULES, bare):
        for selector in re.split(r",\s*(?![^(\[]*[)\]])", selectors):
            if selector and not _OURS.match(selector):
                yield "M43", f"{selector} is not scoped to .x"
            if ":hover" in selector:
                yield "M25", selector
            if "background" in declarations and "@" not in around:
                grounds += selector + " "
        if re.search(r"(?:^|[\s;])(?:transition|animation)[\w-]*:", declarations) and "reduced-motion" not in around:
            yield "M46", f"{selectors} moves"
    for night in (".card.nightMode", ".card.night_mode"):
        if f"{night} " not in grounds:
            yield "M44", f"{night} sets no ground"


def without_supports(css: str) -> str:
    """CSS without its `@supports` blocks: what every engine reads."""
    while found := re.search(r"@supports[^{]*\{", css):
        depth, end = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        css = css[: found.start()] + css[end:]
    return css


def judge_media(sizes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """M38: what is wrong with packaged files, name → size in bytes."""
    seen: dict[str, str] = {}
    for name, size in sizes.items():
        if name != unicodedata.normalize("NFC", name) or re.search(r'[\[\]<>:"/?*^\\|%\x00-\x1f]|[ .]$', name):
            yield "M38", f"{name} is renamed by Anki"
        if len(name.encode()) > 120:
            yield "M38", f"{name} is longer than 120 bytes"
        if name.startswith("_") and not re.search(r"-[0-9a-f]{8,}\.", name):
            yield "M38", f"{name} has no hash: Anki never replaces it"
        if size > (2_000_000 if name.endswith(("woff2", "ttf", "otf")) else 1_000_000):
            yield "M38", f"{name} has {size / 1e6:.1f} MB"
        if (twin := seen.setdefault(name.casefold(), name)) != name:
            yield "M38", f"{name} and {twin} are one file on some systems"


class _Balance(HTMLParser):
    """Open elements, and what closes that is not open."""

    VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """A drawing's element that closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in self.VOID:
            self.faults.append(f"</{tag}> closes {'<' + self.open[-1] + '>' if self.open else 'nothing'}")


def judge_html(html: str) -> Iterator[tuple[str, str]]:
    """M41, and the size part of M45, of one side."""
    balance = _Balance()
    balance.feed(html)
    balance.close()
    for fault in [*balance.faults[:1], *(f"<{tag}> is not closed" for tag in balance.open[:1])]:
        yield "M41", fault
    if len(html.encode()) > 200 * 1024:
        yield "M45", f"{len(html.encode()) // 1024} KB"


_OTHERS = {
    "zh-CN": r"\b(?:JP|KR|TC|HK|TW)\b|Hiragino (?:Sans|Kaku|Mincho)(?! GB)|Yu Gothic|Meiryo|MS P?Gothic|Takao|IPA"
    r"|Malgun|Apple SD|Nanum|JhengHei|PMingLiU"
}


def is_foreign(language: str, family: str) -> bool:
    """Whether a font is that of another language than the text's, although it has the characters."""
    return bool(re.search(_OTHERS.get(language, r"(?!)"), family))
