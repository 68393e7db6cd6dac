"""Rules about evidence: every card says where it is written, in a place that can be opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from recto.checks.reading import CODE, Part, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity
from recto.parse.markdown import token_span

ERROR, WARNING = Severity.ERROR, Severity.WARNING

# arXiv identifiers (info.arxiv.org/help/arxiv_identifier): YYMM.NNNNN since 2007, archive/YYMMNNN before.
_ARXIV_ID = (
    r"(?:(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}"  # four digits behind the point until 1412, five since 1501
    r"|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5}"
    r"|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v[1-9]\d*)?"
)
_ARXIV = re.compile(rf"/(?:abs|pdf|html)/{_ARXIV_ID}(?:\.pdf)?/?")
_ARXIV_NAMED = re.compile(r"(?<![\w/.])arXiv:\s?((?:\d[\d.]*\d|[a-z-]+(?:\.[A-Z]{2})?/\d+)(?:v\d+)?)")
_DOI = re.compile(r"/10\.\d{4,9}(?:\.\d+)*/\S*[^\s.,;]")  # DOI Handbook, 2.2
_HOST = re.compile(r"(?!-)[\w-]{1,63}(?:\.(?!-)[\w-]{1,63})+")  # RFC 1035, 2.3.4; letters of any script
# What CommonMark takes for no link, most often for a space in the address: the learner reads the marks.
_UNREAD = re.compile(r"\]\(https?:[^\s()]*\s?")
_AUTHORITY = re.compile(r"https?://([^/?#:]+)")
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
        help_ = f"write under ### {reading.heading(field)} where it is said: title, link, section"
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
    hosts = [found[1].lower() if (found := _AUTHORITY.match(href)) else "" for href, _ in links]
    if part and hosts and all(any(host == name or host.endswith(f".{name}") for name in weak) for host in hosts):
        span = token_span(part.source, *links[0][1])
        yield Finding(span, f"{hosts[0]} is the only kind of source here", "add the paper, documentation or code")


@style_rule(strict=ERROR, standard=ERROR, minimal=ERROR)
def malformed_link(reading: Reading) -> Iterator[Finding]:
    """A link with a slip in it leads nowhere, and the learner who wanted to check gives up.

    Bad:
        [RoFormer](https://arxiv.org/abs/21104.09864)

    Good:
        [RoFormer](https://arxiv.org/abs/2104.09864)
    """
    for part in reading.parts:
        for href, place in _links(part):
            if problem := _problem(href):
                yield Finding(token_span(part.source, *place), f"{href} {problem}", "copy the address again")
        for prose, found in part.find(_UNREAD):
            help_ = "write %20 for a space in an address, and close it with )"
            yield Finding(prose.span(*found.span()), "this is no link, and is shown with its brackets", help_)
        for prose, found in part.find(_ARXIV_NAMED):
            if not re.fullmatch(_ARXIV_ID, found[1]):
                yield Finding(prose.span(*found.span()), f"{found[0]} is no paper on arXiv", "copy the number again")


def _problem(href: str) -> str:
    """What is wrong with an address, '' if nothing is."""
    if not href.startswith(("http://", "https://")):
        return ""  # other kinds of links are a matter of the format
    url = urlsplit(href)
    host = unquote(url.hostname or "")
    if _STRAY.search(unquote(href)):  # the parser has quoted what is not ASCII
        return "holds a character that no address has"
    if not _HOST.fullmatch(host):
        return "has no such host"
    if host in ("arxiv.org", "www.arxiv.org") and re.match(r"/(?:abs|pdf|html|\d{4}\.)", url.path):
        return "" if _ARXIV.fullmatch(url.path) else "is no address of a paper on arXiv"
    if host in ("doi.org", "dx.doi.org"):
        return "" if _DOI.fullmatch(url.path) else "is no DOI"
    return ""


def _links(part: Part) -> Iterator[tuple[str, tuple[Token, Token]]]:
    """(address, (inline token, link token)) of every link."""
    for inline in part.blocks("inline"):
        for child in inline.children or ():
            if child.type == "link_open":
                yield str(child.attrGet("href") or ""), (inline, child)
