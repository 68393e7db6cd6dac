"""How a diagram's pictures stand in a field between `compile` and `link`, and which words would tell the answer."""

from __future__ import annotations

import re

_DIVIDER = "\x04"  # no source text can hold it


def part_key(path: str, part: str, *, is_hidden: bool) -> str:
    """What stands for a picture where a plain file has its path (see `model.Note`): path, part, what is done to it."""
    return _DIVIDER.join((path, part, "hidden" if is_hidden else "shown"))


def names_of(label: str) -> tuple[str, ...]:
    """What says the answer of a part: its label, and what of it stands before the first explanation."""
    found = (fold_words(label), fold_words(re.split(r"[（(，,：:；;。]", label)[0]))
    return tuple(dict.fromkeys(name for name in found if name))


def fold_words(text: str) -> str:
    """A text for comparing: without differences of case and white space."""
    return " ".join(text.casefold().split())
