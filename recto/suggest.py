"""«Did you mean …?»: the nearest of some known words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is at most one slip away (two in words of six letters and more), or ''.

    A slip is a letter added, lost, changed, or two neighbours swapped. Case does not count.
    """
    folded = word.casefold()
    best, best_distance = "", 3
    for candidate in known:
        distance = _slips(folded, candidate.casefold())
        allowed = 2 if max(len(word), len(candidate)) >= 6 else 1
        if distance <= allowed and distance < best_distance and distance < min(len(word), len(candidate)):
            best, best_distance = candidate, distance
    return best


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A help line: the nearest known word, else all of them."""
    known = tuple(known)
    guess = nearest(word, known)
    return f'did you mean "{guess}"?' if guess else f"known here: {', '.join(known)}"


def slug(text: str) -> str:
    """The Latin letters and digits of a text as an id: «KV cache 为什么» → «kv-cache»; '' if there are none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def _slips(a: str, b: str) -> int:
    """Damerau-Levenshtein distance in its restricted form (optimal string alignment)."""
    if abs(len(a) - len(b)) > 2:
        return 3
    rows = [list(range(len(b) + 1))]
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
