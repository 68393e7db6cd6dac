"""Raw HTML: a short list of harmless tags passes, everything else is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

# Tags that only mark text or group blocks, without the ones that load, run, style or take input.
ALLOWED = frozenset(
    """abbr b blockquote br caption code dd del details div dl dt em hr i ins kbd li mark ol p pre q rp rt ruby s samp
    small span strong sub summary sup table tbody td th thead tr u ul var wbr""".split()  # noqa: SIM905 - one list, two lines
)
ALLOWED_ATTRIBUTES = frozenset({"colspan", "dir", "lang", "open", "rowspan", "title"})
# HTML standard, 13.1.2: elements without an end tag.
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a stretch of raw HTML. `nesting` is 1, 0 or -1 as in tokens; `problem` is '' for an allowed one."""

    name: str
    nesting: int
    problem: str


def read_tags(html: str) -> list[Tag]:
    """The tags of a stretch of raw HTML, declarations and processing instructions among them."""
    scan = _Scan()
    try:
        scan.feed(html)
        scan.close()
    except AssertionError:  # what html.parser does at `<![` and a word that it does not know (Python 3.11)
        scan.unknown_decl("")
    # The parser gives up a tag without its end as text; a browser would look for that end in what follows.
    if re.search(r"<[a-zA-Z/?!]", scan.text):
        scan.tags.append(Tag("", 0, "a tag without its > is not allowed on a card"))
    return scan.tags


class _Scan(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # so that `&lt;b` is no tag in `text`
        self.tags: list[Tag] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        problem = "" if tag in ALLOWED else f"<{tag}> is not allowed on a card"
        for name, _ in attrs:
            if name not in ALLOWED_ATTRIBUTES:
                problem = problem or f"the attribute {name} of <{tag}> is not allowed on a card"
        self.tags.append(Tag(tag, 0 if tag in _VOID else 1, problem))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.tags[-1] = Tag(tag, 0, self.tags[-1].problem)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.tags.append(Tag(tag, -1, "" if tag in ALLOWED else f"</{tag}> is not allowed on a card"))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        # Comments are gone before; this is one that only a browser takes for a comment.
        self.tags.append(Tag("", 0, "<!…> is not allowed on a card"))

    def unknown_decl(self, data: str) -> None:
        self.tags.append(Tag("", 0, "<![…]> is not allowed on a card"))

    def handle_pi(self, data: str) -> None:
        self.tags.append(Tag("", 0, "<?…> is not allowed on a card"))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(Tag("", 0, "<!…> is not allowed on a card"))
