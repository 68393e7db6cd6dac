"""Execute the code of a deck's cards, or know that it has passed already: counts and diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from recto.cache import Cache
from recto.diagnostic import Diagnostic
from recto.facts.isolate import METHODS
from recto.facts.judge import imported_modules, judge, not_run, unverified
from recto.facts.keys import key_of
from recto.facts.runner import Runner, Surroundings
from recto.model import Program, RunSettings

_NETWORK = {
    "namespace": "network namespace",
    "filter": "no sockets, by a system call filter",
    "hook": "network blocked by Python only",
    "": "network not blocked",
}

Progress = Callable[[Iterator[Program], int], Iterable[Program]]
"""(programs as they are finished, how many) → the same programs, shown as they are taken."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What came of executing a deck's code. The counts are of blocks; together they are all blocks there are.

    `failed` are those that did not pass, with those that a failed one kept from being executed; `missing` are the
    modules for want of which blocks were skipped; `isolation` says what was in force ('' if there was nothing to do).
    """

    executed: int = 0
    cached: int = 0
    failed: int = 0
    skipped: int = 0
    missing: tuple[str, ...] = ()
    isolation: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def summary(self) -> str:
        """One line with all counts."""
        line = f"code: {self.executed} executed, {self.cached} cached, {self.failed} failed, {self.skipped} skipped"
        line += f" for want of {', '.join(self.missing)}" if self.missing else ""
        return line + (f" (isolated: {self.isolation})" if self.isolation else "")


def check_facts(
    programs: tuple[Program, ...],
    settings: RunSettings,
    cache: Cache,
    *,
    progress: Progress = lambda finished, count: finished,
    methods: tuple[str, ...] = METHODS,
) -> Facts:
    """Execute what has not passed before, by the cache. Raises `ToolError` if no process can be started."""
    if not programs:
        return Facts()
    imported = {id(program): imported_modules(program) for program in programs}
    modules = sorted(set().union(*imported.values()))
    diagnostics = [found for program in programs for found in unverified(program)]
    counts = dict.fromkeys(("executed", "cached", "failed", "skipped"), 0)
    missing: set[str] = set()
    keys: dict[int, str] = {}
    due: list[Program] = []
    with Runner(settings, methods) as runner:
        surroundings = runner.probe(modules)
        for program in programs:
            absent = sorted(n for n in imported[id(program)] if surroundings.modules[n] is None)
            key = keys[id(program)] = key_of(program, imported[id(program)], surroundings, settings)
            if absent:
                missing.update(absent)
                counts["skipped"] += len(program.blocks)
                diagnostics.append(not_run(program, absent, settings))
            elif cache.get(key) is not None:
                counts["cached"] += len(program.blocks)
            else:
                due.append(program)

        def finished() -> Iterator[Program]:
            for program, ending in runner.run_all(due):
                faults, passed = judge(program, ending, settings)
                diagnostics.extend(faults)
                counts["executed"] += passed
                counts["failed"] += len(program.blocks) - passed
                if not faults:
                    cache.put(keys[id(program)], b"passed")
                yield program

        for _ in progress(finished(), len(due)):
            pass
    cache.trim()
    ordered = tuple(sorted(set(diagnostics), key=lambda d: d.sort_key))
    return Facts(
        **counts,
        missing=tuple(sorted(missing)),
        isolation=describe_isolation(surroundings, settings),
        diagnostics=ordered,
    )


def describe_isolation(surroundings: Surroundings, settings: RunSettings) -> str:
    """What is in force, and that memory is not limited where it is not."""
    memory = f"{settings.memory} MiB" if "memory" in surroundings.limits else "memory not limited here"
    return f"{_NETWORK[surroundings.network]}, {settings.time} s, {memory}"
