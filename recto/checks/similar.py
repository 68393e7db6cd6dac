"""Which texts are nearly the same: pairs by the share of three-letter runs that they have in common.

Comparing all texts takes as long as parsing a tenth of their cards, so what was found is kept: after an edit only new
texts are compared.
"""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, combinations, product

from recto.cache import NO_CACHE, Cache
from recto.packing import pack, unpack_kept

_NO_LETTER = re.compile(r"[\W_]+")
_COMMON = 3  # measured: fewer let more pairs through, more look up more members
_FEW = 0.01  # share of new texts up to which comparing each with all is quicker (measured)

Pair = tuple[int, int, float]
"""(earlier, later, Jaccard index) of two texts, by their places."""


def letters(text: str) -> str:
    """The letters and digits of a text, in small letters: what counts when texts are compared."""
    return _NO_LETTER.sub("", text.casefold())


def grams(text: str) -> frozenset[str]:
    """The runs of three characters in a text, in small letters, with nothing but letters and digits counted."""
    plain = letters(text)
    return frozenset(plain[n : n + 3] for n in range(max(len(plain) - 2, 1))) if plain else frozenset()


def similar_pairs(texts: Sequence[str], threshold: float) -> Iterator[Pair]:
    """All pairs of texts with at least this index, in no order; `threshold` above 0.

    Sets that similar share `_COMMON` of their rarest members: so many members, less those that may differ, that only
    few pairs are compared, not all (prefix filters: Bayardo, Ma and Srikant 2007; with more than one common member:
    Wang, Li and Feng 2012).
    """
    one: dict[str, str] = {}  # one object for each run: of 100,000 questions they would take 200 MB
    sets = [frozenset(one.setdefault(gram, gram) for gram in grams(text)) for text in texts]
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


@dataclass(frozen=True, slots=True)
class _Kept:
    """Texts without twins, their letters, and the pairs among them."""

    texts: list[str]
    plain: list[str]
    pairs: list[Pair]


class PairMemory:
    """`similar_pairs` of texts that are nearly those of the last time, kept in a cache under a name.

    The name is that of the deck and of the code that compares: what other code found is not taken over.
    """

    def __init__(self, cache: Cache = NO_CACHE, name: str = "") -> None:
        self._cache = cache
        self._name = name

    def pairs(self, texts: Sequence[str], threshold: float) -> list[Pair]:
        """As `similar_pairs`."""
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text, []).append(place)
        key = hashlib.sha256(f"pairs\x00{self._name}\x00{threshold}".encode()).hexdigest()
        kept = unpack_kept(self._cache.get(key), _Kept) or _NOTHING
        now = _update(kept, list(places), threshold)
        if now != kept:
            self._cache.put(key, pack(now))
        found = [
            (min(pair), max(pair), likeness)
            for first, second, likeness in now.pairs
            for pair in product(places[now.texts[first]], places[now.texts[second]])
        ]
        twins = (pair for text, same in places.items() if letters(text) for pair in combinations(same, 2))
        return found + [(earlier, later, 1.0) for earlier, later in twins]


_NOTHING = _Kept([], [], [])


def _update(kept: _Kept, texts: list[str], threshold: float) -> _Kept:
    """The pairs of these texts, all different; of those that were kept only what is new is compared."""
    known = {text: place for place, text in enumerate(kept.texts)}
    new = [place for place, text in enumerate(texts) if text not in known]
    if len(new) > max(_FEW * len(texts), 1):
        return _Kept(texts, [letters(text) for text in texts], list(similar_pairs(texts, threshold)))
    if texts == kept.texts:
        return kept
    plain = [kept.plain[known[text]] if text in known else letters(text) for text in texts]
    places = {known[text]: place for place, text in enumerate(texts) if text in known}
    pairs = [
        (min(places[first], places[second]), max(places[first], places[second]), likeness)
        for first, second, likeness in kept.pairs
        if first in places and second in places
    ]
    whole = "\n".join(plain)
    starts = [0, *accumulate(len(text) + 1 for text in plain)]
    unseen = set(new)
    for place in new:
        unseen.discard(place)
        found = grams(texts[place])
        for other in _that_share(found, threshold, whole, starts) - {place} - unseen:
            members = grams(texts[other])
            index = len(found & members) / len(found | members)
            if index >= threshold:
                pairs.append((min(place, other), max(place, other), index))
    return _Kept(texts, plain, pairs)


def _that_share(found: frozenset[str], threshold: float, whole: str, starts: Sequence[int]) -> set[int]:
    """The texts that can be so similar: a similar one lacks few members, so it has one of that many rarest and one."""
    rarest = sorted(found, key=whole.count)[: len(found) - math.ceil(threshold * len(found)) + 1]
    places: set[int] = set()
    for gram in rarest:
        at = whole.find(gram)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            places.add(place)
            at = whole.find(gram, starts[place + 1])
    return places
