"""Rules about the answer: it can be said in half a minute and graded."""

from __future__ import annotations

from collections.abc import Iterator

from recto.checks.reading import Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING


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
