"""Which texts are nearly the same: pairs by the share of three-letter runs that they have in common."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

_NO_LETTER = re.compile(r"[\W_]+")
_COMMON = 3  # measured: fewer let more pairs through, more look up more members


def grams(text: str) -> frozenset[str]:
    """The runs of three characters in a text, in small letters, with nothing but letters and digits counted."""
    plain = _NO_LETTER.sub("", text.casefold())
    return frozenset(plain[n : n + 3] for n in range(max(len(plain) - 2, 1))) if plain else frozenset()


def similar_pairs(texts: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """(earlier, later, Jaccard index) of all pairs of texts with at least this index, in no order; `threshold` above 0.

    Sets that similar share `_COMMON` of their rarest members: so many members, less those that may differ, that only
    few pairs are compared, not all (prefix filters: Bayardo, Ma and Srikant 2007; with more than one common member:
    Wang, Li and Feng 2012).
    """
    sets = [grams(text) for text in texts]
    frequency = Counter(gram for found in sets for gram in found)
    # Members as numbers, the rarest first; from small sets to large ones, so that of two the smaller is looked up.
    rank = {gram: n for n, gram in enumerate(sorted(frequency, key=lambda gram: (frequency[gram], gram)))}
    ranked = [sorted(map(rank.__getitem__, found)) for found in sets]
    holders: dict[int, list[int]] = defaultdict(list)
    # What a set shares with one that is not smaller, as a share of its own size.
    with_larger = 2 * threshold / (1 + threshold)
    for later in sorted(range(len(sets)), key=lambda n: len(sets[n])):
        found, size = sets[later], len(sets[later])
        least = math.ceil(threshold * size)
        common = min(_COMMON, least)
        # One count of all of them: a call for each would cost more than the counting.
        met = Counter(chain.from_iterable(holders.get(gram, ()) for gram in ranked[later][: size - least + common]))
        for earlier, count in met.items():
            if count >= common and len(sets[earlier]) >= least:
                shared = len(sets[earlier] & found)
                index = shared / (len(sets[earlier]) + size - shared)
                if index >= threshold:
                    yield min(earlier, later), max(earlier, later), index
        for gram in ranked[later][: size - math.ceil(with_larger * size) + _COMMON]:
            holders[gram].append(later)
