"""Rules about tags: learners make their own paths of them, so each card must have its place in each group."""

from __future__ import annotations

from collections.abc import Iterator

from recto.checks.reading import Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity
from recto.suggest import did_you_mean

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@style_rule(strict=ERROR, standard=ERROR)
def missing_tag(reading: Reading, *, groups: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A card without its tag is missing from every path that is made of that tag. Each group wants exactly one.

    Bad:
        ## Why scale the scores? {#scale tags="kind::why"}

    Good:
        ## Why scale the scores? {#scale tags="kind::why tier::core"}   (with groups = ["kind", "tier"])
    """
    for group in groups:
        found = [tag for tag in reading.card.tags if tag.startswith(f"{group}::")]
        if not found:
            yield Finding(reading.card.span, f"no tag {group}::…", 'add it to tags="…" or to the front matter')
        elif len(found) > 1:
            yield Finding(reading.card.span, f"{len(found)} tags {group}::…: {' '.join(found)}", "keep one of them")


@style_rule(strict=ERROR, standard=ERROR)
def unknown_tag(reading: Reading, *, allowed: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A misspelt tag makes a group of its own, and the card is missing where learners look for it.

    Bad:
        ## Why scale the scores? {#scale tags="kind::wy"}

    Good:
        ## Why scale the scores? {#scale tags="kind::why"}   (with allowed = ["kind::why"]; "topic::*" allows any)
    """
    if not allowed:
        return
    exact = {tag for tag in allowed if not tag.endswith("*")}
    starts = tuple(tag.removesuffix("*") for tag in allowed if tag.endswith("*"))
    places = {
        word: span for key, value, span in reading.card.attributes.options if key == "tags" for word in value.split()
    }
    for tag in reading.card.tags:
        if tag not in exact and not (starts and tag.startswith(starts)):
            help_ = did_you_mean(tag, sorted(exact))
            yield Finding(places.get(tag, reading.card.span), f"the tag {tag} is not one of this deck's", help_)
