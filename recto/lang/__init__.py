"""What the rules know of a language: a pack is one module with one `Language` record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Language:
    """Patterns over prose (`checks.reading.Prose.text`) and word lists. `code` is `language` in deck.toml.

    `question_mark` matches the end of one ask; `second_ask` words that join a second one to it; `yes_no` a question
    that is answered by yes or no; `orphan` a word that points to what the card does not show; `vague` an amount without
    a number; `open_end` an enumeration that does not say what else; `absolute` a claim without exception; `cause` the
    link of a reason; `ages` a claim that is true for a while only; `rumour` a claim that nobody stands for;
    `stop_words` words that carry no content of their own; `locator` a place within a source; `licence` the right to
    show a picture; `condition` words that bind a claim to a case; `dated` words that bind it to a year.

    What a language of full-width characters adds: `script`, a class of the letters that stand without spaces between
    words; `punctuation` its marks by the half-width ones; `quotes` and `ellipsis` as its writers set them.
    """

    code: str
    question_mark: re.Pattern[str]
    second_ask: re.Pattern[str]
    yes_no: re.Pattern[str]
    orphan: re.Pattern[str]
    vague: re.Pattern[str]
    open_end: re.Pattern[str]
    absolute: re.Pattern[str]
    cause: re.Pattern[str]
    ages: re.Pattern[str]
    rumour: re.Pattern[str]
    stop_words: frozenset[str]
    locator: re.Pattern[str]
    licence: re.Pattern[str]
    condition: re.Pattern[str]
    dated: re.Pattern[str]
    script: str = ""
    punctuation: Mapping[str, str] = field(default_factory=dict)
    quotes: tuple[str, str] = ("“", "”")
    ellipsis: str = "…"


LOCATORS = (
    r"§|\b(?:Table|Fig(?:ure|\.)?|Eq(?:uation|\.|s\.)?|Algorithm|Appendix|Section|Sec\.)\s?\(?(?-i:[A-Z]|\d)",
    r"\b(?:Theorem|Lemma|Listing|Chapter)\s?\(?(?-i:[A-Z]|\d)",
    r"\b(?:abstract|README|commit|lines?)\b",
    r"\b(?:pp?|ch|vol|fn)\.\s?\d",
    r"\b(?:pages?|part|slide|lecture|footnote|box|plate|exercise) ?(?:\d|[IVX]+\b)",
    r"\b(?-i:L\d+)\b|\b\d+:\d\d\b",
)
"""Places within a source as they are written beside any language: sections, pages, lines of code, minutes of a talk."""

LICENCES = (r"\bCC[ -]?(?:BY|0)\b|public domain|licen[cs]e",)
"""Rights to a picture, likewise."""


def any_of(*patterns: str) -> re.Pattern[str]:
    """What matches any of these, in letters of either case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def language_of(code: str) -> Language:
    """The pack of a language in `config.LANGUAGES`."""
    from recto.lang import en, zh

    return {"en": en.ENGLISH, "zh": zh.CHINESE}[code]
