"""Rules about evidence: every card says where it is written, in a place that can be opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from recto.checks.reading import CODE, Part, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity
from recto.parse.markdown import token_span
from recto.source import Span

ERROR, WARNING = Severity.ERROR, Severity.WARNING

# arXiv identifiers (info.arxiv.org/help/arxiv_identifier): YYMM.NNNNN since 2007, archive/YYMMNNN before.
_ARXIV = re.compile(r"/(?:abs|pdf|html)/(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?")
_DOI = re.compile(r"/10\.\d{4,9}/\S+")  # DOI Handbook, 2.2
# What stands behind an address in a sentence and was taken into it.
_STRAY = re.compile(r"[，。；：、）」\u3000<>\"]")


@style_rule(strict=ERROR)
def missing_source(reading: Reading, *, field: str = "Source") -> Iterator[Finding]:
    """Nobody can check a claim without its source, and nobody can mend it when the source changes.

    Bad:
        ## Why scale the scores? {#scale}

        The variance grows with the dimension.

    Good:
        The same, and below it `### Source` with the paper and its section.
    """
    if reading.has_field(field) and not reading.section(field) and not reading.card.attributes.option("retired"):
        help_ = f"write under ### {field} where it is said: title, link, section"
        yield Finding(reading.card.span, "this card names no source", help_)


@style_rule(strict=ERROR)
def source_without_locator(reading: Reading, *, field: str = "Source") -> Iterator[Finding]:
    """A paper of forty pages is no evidence: who checks the card must find the sentence, table or line in a minute.

    Bad:
        - [Attention Is All You Need](https://arxiv.org/abs/1706.03762)

    Good:
        - [Attention Is All You Need](https://arxiv.org/abs/1706.03762) §3.2.1
    """
    part = reading.section(field)
    if part and not reading.language.locator.search(part.text) and CODE not in part.text and not _says_more(part):
        help_ = "name the section, table, equation, figure, function or line behind the link"
        yield Finding(part.span, "no source of this card says where in it", help_)


def _says_more(part: Part) -> bool:
    """Whether words stand behind a link: the heading or the passage that is meant."""
    for inline in part.blocks("inline"):
        types = [child.type for child in inline.children or ()]
        if "link_close" in types:
            behind = (inline.children or [])[types.index("link_close") :]
            if any(re.search(r"\w{2}", child.content) for child in behind if child.type == "text"):
                return True
    return False


@style_rule(strict=WARNING)
def weak_source(
    reading: Reading,
    *,
    field: str = "Source",
    weak: tuple[str, ...] = (
        "medium.com",
        "towardsdatascience.com",
        "zhihu.com",
        "csdn.net",
        "juejin.cn",
        "cnblogs.com",
        "jianshu.com",
        "substack.com",
        "wikipedia.org",
        "reddit.com",
        "stackoverflow.com",
    ),
) -> Iterator[Finding]:
    """Posts copy one another's mistakes. They may stand beside a paper, documentation or code, not in their place.

    Bad:
        - [RoPE explained](https://medium.com/p/rope)

    Good:
        - [RoFormer](https://arxiv.org/abs/2104.09864) §3.2
    """
    part = reading.section(field)
    links = list(_links(part)) if part else []
    hosts = [urlsplit(href).hostname or "" for href, _ in links]
    if hosts and all(any(host == name or host.endswith(f".{name}") for name in weak) for host in hosts):
        yield Finding(
            links[0][1], f"{hosts[0]} is the only kind of source here", "add the paper, documentation or code"
        )


@style_rule(strict=ERROR, standard=ERROR, minimal=ERROR)
def malformed_link(reading: Reading) -> Iterator[Finding]:
    """A link with a slip in it leads nowhere, and the learner who wanted to check gives up.

    Bad:
        [RoFormer](https://arxiv.org/abs/21104.09864)

    Good:
        [RoFormer](https://arxiv.org/abs/2104.09864)
    """
    for part in reading.parts:
        for href, span in _links(part):
            if problem := _problem(href):
                yield Finding(span, f"{href} {problem}", "copy the address again")


def _problem(href: str) -> str:
    if not href.startswith(("http://", "https://")):
        return ""  # other kinds of links are a matter of the format
    url = urlsplit(href)
    host = url.hostname or ""
    if _STRAY.search(unquote(href)):  # the parser has quoted what is not ASCII
        return "holds a character that no address has"
    if "." not in host or host.endswith("."):
        return "has no such host"
    if host in ("arxiv.org", "www.arxiv.org") and re.match(r"/(?:abs|pdf|html)/", url.path):
        return "" if _ARXIV.fullmatch(url.path) else "is no address of a paper on arXiv"
    if host in ("doi.org", "dx.doi.org"):
        return "" if _DOI.fullmatch(url.path) else "is no DOI"
    return ""


def _links(part: Part) -> Iterator[tuple[str, Span]]:
    for inline in part.blocks("inline"):
        for child in inline.children or ():
            if child.type == "link_open":
                yield str(child.attrGet("href") or ""), token_span(part.source, inline, child)
