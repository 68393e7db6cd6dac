"""Work in several processes at once: bytes for each item, in the order of the items, whatever happens to a process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

T = TypeVar("T")

# A copy of this process has everything loaded (0.02 s, measured); elsewhere each begins anew (0.25 s and more).
_METHOD = "fork" if sys.platform == "linux" else "spawn"


def usable_cores() -> int:
    """How many processes can run at once; RECTO_JOBS instead, if it is set to a number."""
    chosen = os.environ.get("RECTO_JOBS", "")
    if chosen.isdigit() and int(chosen):
        return int(chosen)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_parallel(function: Callable[[T], bytes], items: Sequence[T], *, method: str = _METHOD) -> Iterator[bytes]:
    """`function` of each item, in order, from as many processes as there are cores.

    `function` and items are given to other processes, so they must be picklable where those do not begin as copies. A
    process that dies costs time only: what it did not give is done in this one, which then raises what there is to
    raise. A process with other threads is not copied; everything is then done in this one. Processes end with this
    one, also if it is killed, because nobody takes what they give.
    """
    count = min(usable_cores(), len(items))
    if count < 2 or (method == "fork" and threading.active_count() > 1):
        yield from map(function, items)
        return
    context: Any = multiprocessing.get_context(method)  # typeshed's common base has no Process
    workers: list[tuple[Connection, BaseProcess]] = []
    try:
        for first in range(count):
            receiver, sender = context.Pipe(duplex=False)
            # Every count-th item, so that long files that stand together are shared out.
            # A copy holds the ends that we read from: while it does, no worker notices that we have gone.
            copied = [*(end for end, _ in workers), receiver] if method == "fork" else []
            arguments = (function, items[first::count], sender, copied)
            process = context.Process(target=_work, args=arguments, daemon=True)
            process.start()
            sender.close()
            workers.append((receiver, process))
        for number, item in enumerate(items):
            receiver, _ = workers[number % count]
            try:
                data = receiver.recv_bytes()
            except (EOFError, OSError):
                data = function(item)
            yield data
    finally:
        for receiver, process in workers:
            receiver.close()
            process.terminate()
            process.join()


def _work(function: Callable[[T], bytes], items: Sequence[T], sender: Connection, copied: Sequence[Connection]) -> None:
    for receiver in copied:
        receiver.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and that ends us
    for item in items:
        try:
            data = function(item)
        except Exception:  # the parent does it again and tells
            return
        try:
            sender.send_bytes(data)
        except OSError:  # the parent has gone
            return
