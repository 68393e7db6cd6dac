"""Rules about holes: few, short, with enough around them, and not to be guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recto.checks.reading import Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity
from recto.length import units
from recto.model import HoleUse

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_CARD = re.compile(r"\{\{c(\d+)::(.*?)\}\}", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def _holes(reading: Reading) -> tuple[HoleUse, ...]:
    """The holes of a cloze card; none for other kinds, parts of a drawing among them."""
    is_text = reading.card.notetype.is_cloze and not reading.card.notetype.has_parts
    return reading.note.holes if is_text else ()


@style_rule(strict=ERROR, standard=WARNING)
def too_many_holes(reading: Reading, *, limit: int = 4) -> Iterator[Finding]:
    """Each hole is a card that shows all the others: the fifth is answered from their company, not from memory.

    Bad:
        ==A== comes before ==B==, ==C==, ==D== and ==E==.

    Good:
        ==A== comes before ==B==, and what follows is asked elsewhere.
    """
    numbers = sorted({hole.number for hole in _holes(reading)})
    if len(numbers) > limit:
        hole = next(h for h in _holes(reading) if h.number == numbers[limit])
        yield Finding(hole.span, f"{len(numbers)} holes in one text", f"at most {limit}; make two cards of it")


@style_rule(strict=ERROR, standard=WARNING)
def hole_too_long(reading: Reading, *, limit: int = 12) -> Iterator[Finding]:
    """A hole of a whole sentence is recited, and any other wording of it seems wrong. Lengths are in u.

    Bad:
        GQA ==lets several query heads share one head of keys and values so that the cache is smaller==.

    Good:
        GQA lets several query heads share ==one head of keys and values==.
    """
    for hole in _holes(reading):
        length = units(hole.text)
        if length > limit:
            yield Finding(hole.span, f"this hole is {length} u long", f"ask for the {limit} u that carry it")


@style_rule(strict=ERROR, standard=WARNING)
def thin_context(reading: Reading, *, least: int = 5) -> Iterator[Finding]:
    """With too little around it a hole can be filled by many things, and the learner is called wrong for a right one.

    Bad:
        ==RMSNorm== is used.

    Good:
        LLaMA normalises with ==RMSNorm== in front of each sub-layer.
    """
    if not _holes(reading):
        return
    html = reading.answer.html
    around = units(_CARD.sub(" ", html)) + units(reading.question.html)
    if around < least:
        yield Finding(_holes(reading)[0].span, f"only {around} u stand around the holes", "say what it is about")


@style_rule(strict=ERROR, standard=WARNING)
def stop_word_hole(reading: Reading) -> Iterator[Finding]:
    """A hole for «of» or «的» asks for grammar.

    Bad:
        The variance ==of== the product grows.

    Good:
        The ==variance== of the product grows.
    """
    for hole in _holes(reading):
        if hole.text.strip().casefold() in reading.language.stop_words:
            yield Finding(hole.span, f"«{hole.text.strip()}» is no content", "make the hole of the word that matters")


@style_rule(strict=ERROR, standard=WARNING)
def guessable_hole(reading: Reading) -> Iterator[Finding]:
    """What stands elsewhere on the front is read there, not recalled.

    Bad:
        ==Prefill== handles the prompt; after prefill, decoding begins.

    Good:
        ==Prefill== handles the prompt; after it, decoding begins.
    """
    shown: dict[int, str] = {}
    whole, seen = _front(reading, 0) if _holes(reading) else "", set[str]()
    for hole in _holes(reading):
        text = hole.text.strip().casefold()
        if units(hole.text) < 1 or len(text) < 2 or re.fullmatch(r"[\d.,%]+", text):
            continue
        if text in seen or whole.count(text) == 1:
            continue
        seen.add(text)
        if hole.number not in shown:
            shown[hole.number] = _front(reading, hole.number)
        pattern = rf"(?<![a-z0-9]){re.escape(text)}(?![a-z0-9])" if text.isascii() else re.escape(text)
        if re.search(pattern, shown[hole.number]):
            help_ = "reword the rest, or give both holes one number: {{c1::…}}"
            yield Finding(hole.span, f"«{hole.text.strip()}» stands elsewhere on the front", help_)


def _front(reading: Reading, number: int) -> str:
    """What the card of a hole shows before it is answered, as plain text in small letters; 0 for the whole text."""

    def hide(match: re.Match[str]) -> str:
        return " … " if int(match[1]) == number else match[2].partition("::")[0]

    html = f"{reading.question.html} {reading.answer.html}"
    return _TAG.sub("", _CARD.sub(hide, html)).casefold()
