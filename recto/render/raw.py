"""Raw HTML: a short list of harmless tags passes, everything else is refused."""

from __future__ import annotations

from html.parser import HTMLParser

# Tags that only mark text or group blocks, without the ones that load, run, style or take input.
ALLOWED = frozenset(
    [
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "hr",
        "i",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
ALLOWED_ATTRIBUTES = frozenset({"colspan", "dir", "lang", "open", "rowspan", "title"})
_VOID = frozenset({"br", "hr", "wbr"})


def find_unsafe(html: str) -> str:
    """What is wrong with a stretch of raw HTML, '' if nothing. Tags need not balance inside one stretch."""
    scan = _Scan()
    scan.feed(html)
    scan.close()
    return scan.problem


def find_unbalanced(html: str) -> str:
    """The first tag of a whole field that is not closed or closes nothing, '' if all is well."""
    scan = _Scan()
    scan.feed(html)
    scan.close()
    return scan.unbalanced or (f"<{scan.stack[-1]}> is never closed" if scan.stack else "")


class _Scan(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problem = ""
        self.unbalanced = ""
        self.stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.problem = self.problem or f"<{tag}> is not allowed on a card"
        for name, _ in attrs:
            if name not in ALLOWED_ATTRIBUTES:
                self.problem = self.problem or f"the attribute {name} of <{tag}> is not allowed on a card"
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in ALLOWED:
            self.problem = self.problem or f"</{tag}> is not allowed on a card"
        if tag in _VOID:
            return
        if self.stack and self.stack[-1] == tag:
            self.stack.pop()
        else:
            self.unbalanced = self.unbalanced or f"</{tag}> closes nothing that is open"

    def unknown_decl(self, data: str) -> None:
        self.problem = self.problem or "<![…]> is not allowed on a card"

    def handle_pi(self, data: str) -> None:
        self.problem = self.problem or "<?…> is not allowed on a card"

    def handle_decl(self, decl: str) -> None:
        self.problem = self.problem or "<!…> is not allowed on a card"
