"""Work in several processes: the same bytes in the same order, whatever happens to a process."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import MakeDeck

from recto.cache import Cache
from recto.checks.similar import PairMemory, similar_pairs
from recto.packing import pack, unpack, unpack_kept
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


ENDLESS = """
import multiprocessing, time
from recto.parallel import map_parallel
results = map_parallel(bytes, [1 << 20] * 20)  # more than a pipe holds, so the workers wait for us
next(results)
print(*[child.pid for child in multiprocessing.active_children()], flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_map_parallel__parent_that_is_killed__leaves_no_process() -> None:
    """Nobody takes what they give, so they end."""
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        workers = [Path("/proc", pid) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2
        parent.kill()
    for _ in range(100):
        if not any(worker.exists() for worker in workers):
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {workers}")


def test_unpack__other_bytes__is_nothing() -> None:
    """A spoilt record is no record."""
    span = Span("a.md", 1, 2, 3, 4, "字")
    assert unpack(pack(span), Span) == span
    assert unpack_kept(pack(span), Span) == span
    for data in (pack(span)[:-1], b"\xc1", None):
        assert unpack_kept(data, Span) is None
    with pytest.raises(ValueError, match="no Span"):
        unpack(b"\xc1", Span)


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


def test_pair_memory__of_other_code__is_not_taken_over(tmp_path: Path) -> None:
    """Pairs are kept under the name that they were found with, and compared anew under another."""
    cache = Cache(tmp_path)
    PairMemory(cache, "old").pairs(["缓存多大", "缓存多大呢"], 0.5)
    entries = set(tmp_path.glob("??/*"))
    assert PairMemory(cache, "new").pairs(["缓存多大", "缓存多大呢"], 0.5)
    assert len(set(tmp_path.glob("??/*")) - entries) == 1


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
