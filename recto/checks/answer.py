"""Rules about the answer: it can be said in half a minute and graded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from recto.checks.reading import CODE, DISPLAY, MATH, PICTURE, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity
from recto.lang import Language

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_FIGURE = re.compile(rf"\d[\d.,]*|[{CODE}{MATH}{DISPLAY}{PICTURE}]")


@style_rule(strict=ERROR, standard=WARNING)
def answer_too_long(reading: Reading, *, limit: int = 120, wanted: int = 60) -> Iterator[Finding]:
    """Half a minute of speech is about 120 u; what is longer is read, not recalled. Code is written and does not count.

    Bad:
        An answer of three paragraphs.

    Good:
        One sentence that answers, and the derivation under `### Explain`.
    """
    for part in reading.answers:
        if part.spoken > wanted:
            message = f"this answer is {part.spoken} u long; half a minute of speech is {limit}"
            help_ = "keep what must be said; move the rest into a field that folds away"
            yield Finding(part.span, message, help_, is_mild=part.spoken <= limit)


@style_rule(strict=WARNING)
def long_explanation(reading: Reading, *, field: str = "Explain", limit: int = 350) -> Iterator[Finding]:
    """What folds away is still read on a phone: beyond a minute and a half it is an article, and belongs into one.

    Bad:
        A derivation of six paragraphs under `### Explain`.

    Good:
        Its three steps, and a link to the rest.
    """
    part = reading.section(field)
    if part and part.spoken > limit:
        yield Finding(part.span, f"{part.spoken} u under this heading", f"keep {limit}; link the rest as a source")


@style_rule(strict=ERROR, standard=WARNING)
def answer_leaks(
    reading: Reading, *, limit: float = 0.5, least: int = 4, kinds: tuple[str, ...] = ("definition",)
) -> Iterator[Finding]:
    """An answer that repeats the question's own words is guessed from them.

    An error on cards of kind::definition, a warning on others, where an answer of fewer than `least` words is a choice
    that the question may offer. Numbers, formulas and code count as words. guessable-hole looks at cloze cards.

    Bad:
        ## What is grouped-query attention? {#gqa tags="kind::definition"}

        Attention whose queries are grouped.

    Good:
        Several query heads share one head of keys and values.
    """
    card, language = reading.card, reading.language
    if card.notetype.is_cloze or card.notetype.has_options:
        return
    is_definition = reading.tag("kind") in kinds
    for question, answer in zip(reading.questions, reading.answers, strict=True):
        asked, said = content_words(question.text, language), content_words(answer.text, language)
        told, size = said & asked, len(said) + len(_FIGURE.findall(answer.text))
        if size >= (1 if is_definition else least) and len(told) / size > limit:
            message = f"most of this answer stands in its question: {', '.join(sorted(told)[:5])}"
            yield Finding(answer.span, message, "say it by other words", is_mild=not is_definition)


def content_words(text: str, language: Language) -> set[str]:
    """The words of a text that carry content: Latin words, and pairs of neighbouring CJK characters."""
    words = {word.casefold() for word in re.findall(r"[A-Za-z][A-Za-z0-9-]+", text)} - language.stop_words
    for piece in re.findall(r"[\u3400-\u9fff]+", text.translate(_gaps(language.stop_words))):
        words.update(map("".join, pairwise(piece)))
    return words


@cache
def _gaps(stop_words: frozenset[str]) -> dict[int, str]:
    return {ord(word): " " for word in stop_words if len(word) == 1}


@style_rule(strict=ERROR, standard=WARNING)
def too_many_items(reading: Reading, *, limit: int = 5) -> Iterator[Finding]:
    """A list is what memory keeps worst: about four things fit, and one forgotten item fails the whole card.

    Bad:
        A list of seven advantages.

    Good:
        The two that matter, or a cloze card that asks for them one by one.
    """
    if reading.is_numbered or reading.card.notetype.has_options:
        return
    for part in reading.answers:
        top = min((token.level for token in part.blocks("list_item_open")), default=0)
        items = [token for token in part.blocks("list_item_open") if token.level == top]
        if len(items) >= limit:
            message = f"{len(items)} items to enumerate"
            help_ = "make it several cards, or a cloze card that asks for them one by one"
            yield Finding(part.span_of(items[0]), message, help_, is_mild=len(items) == limit)
