"""Which texts are nearly the same: pairs by the share of three-letter runs that they have in common."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence


def grams(text: str) -> frozenset[str]:
    """The runs of three characters in a text, in small letters, with nothing but letters and digits counted."""
    plain = "".join(char for char in text.casefold() if char.isalnum())
    return frozenset(plain[n : n + 3] for n in range(max(len(plain) - 2, 1))) if plain else frozenset()


def similar_pairs(texts: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """(earlier, later, Jaccard index) of all pairs of texts with at least this index, in no order; `threshold` above 0.

    Of two sets that similar, the rarest few members of each must share one (prefix filter: Chaudhuri, Ganti and
    Kaushik 2006; Bayardo, Ma and Srikant 2007), so that only few pairs are compared, not all.
    """
    sets = [grams(text) for text in texts]
    frequency = Counter(gram for found in sets for gram in found)
    # Members by rarity, so that prefixes are the rare ones; from small sets to large ones, so that only the smaller
    # of two is looked up.
    ranked = [sorted(found, key=lambda gram: (frequency[gram], gram)) for found in sets]
    holders: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for later in sorted(range(len(sets)), key=lambda n: len(sets[n])):
        size = len(sets[later])
        prefix = ranked[later][: size - math.ceil(threshold * size) + 1]
        overlaps: dict[int, int] = {}
        for place, gram in enumerate(prefix):
            for earlier, there in holders[gram]:
                small = len(sets[earlier])
                met = overlaps.get(earlier, 0)
                if met < 0 or small < threshold * size:
                    continue
                # What they can still share behind this place must be enough (positional filter: Xiao et al. 2008).
                needed = threshold / (1 + threshold) * (small + size)
                enough = met + 1 + min(size - place - 1, small - there - 1) >= needed
                overlaps[earlier] = met + 1 if enough else -1
        for earlier in sorted(other for other, met in overlaps.items() if met > 0):
            shared = len(sets[earlier] & sets[later])
            index = shared / (len(sets[earlier]) + size - shared)
            if index >= threshold:
                yield min(earlier, later), max(earlier, later), index
        for place, gram in enumerate(prefix):
            holders[gram].append((later, place))
