"""Work in several processes: the same bytes in the same order, whatever happens to a process."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from conftest import MakeDeck

from recto.cache import Cache
from recto.checks.similar import PairMemory, similar_pairs
from recto.packing import pack, unpack
from recto.parallel import map_parallel
from recto.project import open_project
from recto.source import Span

PARENT = os.getpid()


def double(number: int) -> bytes:
    return str(2 * number).encode()


def die_elsewhere(number: int) -> bytes:
    if number % 3 == 0 and os.getpid() != PARENT:
        os._exit(1)
    return double(number)


def refuse_five(number: int) -> bytes:
    if number == 5:
        raise ValueError("five")
    return double(number)


@pytest.fixture(autouse=True)
def _two_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECTO_JOBS", "2")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_map_parallel__gives_results_in_order(method: str) -> None:
    """However processes begin."""
    assert list(map_parallel(double, range(20), method=method)) == [double(n) for n in range(20)]


def test_map_parallel__process_that_dies__is_made_up_for() -> None:
    """What a dead process did not give is done here."""
    assert list(map_parallel(die_elsewhere, range(20))) == [double(n) for n in range(20)]


def test_map_parallel__exception__is_raised_here() -> None:
    """With the results before it given."""
    results = map_parallel(refuse_five, range(20))
    assert [next(results) for _ in range(5)] == [double(n) for n in range(5)]
    with pytest.raises(ValueError, match="five"):
        next(results)


def test_unpack__other_bytes__is_nothing() -> None:
    """A spoilt record is no record."""
    span = Span("a.md", 1, 2, 3, 4, "字")
    assert unpack(pack(span), Span) == span
    assert unpack(pack(span)[:-1], Span) is None
    assert unpack(b"\xc1", Span) is None
    assert unpack(None, Span) is None


def test_pair_memory__after_any_edits__finds_what_comparing_all_finds(tmp_path: Path) -> None:
    """Texts are edited, moved, doubled, deleted and added; a new memory reads what the last one kept."""
    dice = random.Random(7)
    words = ["缓存", "显存", "带宽", "decode", "prefill", "为什么", "多少", "each", "layer", "的", "token"]

    def text() -> str:
        return " ".join(dice.choices(words, k=dice.randint(0, 7)))

    texts = [text() for _ in range(300)]
    found = 0
    for _ in range(60):
        for _ in range(dice.randint(0, 3)):
            place = dice.randrange(len(texts))
            change = dice.randrange(4)
            if change == 0:
                texts[place] = text()
            elif change == 1:
                texts.append(texts[place])
            elif change == 2:
                texts.insert(0, texts.pop(place))
            else:
                del texts[place]
        pairs = PairMemory(Cache(tmp_path), "deck").pairs(texts, 0.6)
        assert sorted(pairs) == sorted(similar_pairs(texts, 0.6))
        found += len(pairs)
    assert found


def test_large_deck__is_the_same_from_several_processes(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Units, with their faults."""
    card = "\n## 第 {n} 题（{f}）？ {{#q-{f}-{n}}}\n\n**甲** `x`，$y_{n}$。{{{{c1::没有关}}}}\n\n{text}\n"
    files = {
        f"cards/a/t{f}.md": f"# T{f}\n" + "".join(card.format(f=f, n=n, text="长文。" * 900) for n in range(10))
        for f in range(5)
    }
    assert sum(map(len, files.values())) > 100_000
    deck = make_deck(files)
    units = []
    for jobs in ("2", "1"):
        monkeypatch.setenv("RECTO_JOBS", jobs)
        units.append(open_project(deck.root).compile().units)
    assert units[0] == units[1]
    assert [d for unit in units[0].values() for d in unit.diagnostics]
