"""Start the child processes: each with an empty folder, a bare environment and a deadline, several at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recto.errors import ToolError
from recto.facts.isolate import METHODS
from recto.model import Program, RunSettings

_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from recto.facts import sandbox; del sys.path[0]; sandbox.main()"
_ROOM_FOR_PROCESSES = 128
_START = 30
"""How long a child may take, in s, to say what it is; a busy machine is slow to start processes."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the children of this machine are like.

    `network` is one of `isolate.METHODS`, `limits` as `isolate.set_limits` says, `python` its version and platform,
    `modules` the version of every module that was asked for, None where it is not installed.
    """

    network: str
    limits: tuple[str, ...]
    python: str
    modules: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: what it said (see `sandbox`), its exit code (negative: a signal), whether time was up."""

    messages: tuple[dict[str, Any], ...]
    code: int
    timed_out: bool

    @property
    def is_done(self) -> bool:
        """Whether it came to its end by itself."""
        return any("done" in message for message in self.messages)


@dataclass(slots=True)
class Runner:
    """Runs programs in child processes. Use it as a context: at its end no child and no folder is left.

    `methods` are the ways of `isolate.METHODS` that may be used to take the network away.
    """

    settings: RunSettings
    methods: tuple[str, ...] = METHODS
    _folder: tempfile.TemporaryDirectory[str] = field(init=False)
    _live: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False
    _processes: int = 0

    def __enter__(self) -> Runner:
        self._folder = tempfile.TemporaryDirectory(prefix="recto-run-", ignore_cleanup_errors=True)
        self._processes = _count_tasks() + _ROOM_FOR_PROCESSES
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._folder.cleanup()

    def probe(self, modules: Iterable[str]) -> Surroundings:
        """Ask a child what it is like and which modules it has. Raises `ToolError` if none can be started."""
        ending = self._start({"modules": list(modules), "blocks": []}, max(self.settings.time, _START))
        if not ending.is_done:
            raise ToolError(
                f"no process for the cards' code could be started: it ended with {ending.code}",
                hint="check memory in [run] of deck.toml, and the limits of this machine",
            )
        said = ending.messages[0]
        return Surroundings(said["network"], tuple(said["limits"]), said["python"], said["modules"])

    def run(self, program: Program) -> Ending:
        """Execute one program."""
        blocks = [[block.kind, block.code.text] for block in program.blocks]
        return self._start({"modules": None, "blocks": blocks}, self.settings.time)

    def run_all(self, programs: Iterable[Program]) -> Iterator[tuple[Program, Ending]]:
        """Execute many programs, as many at a time as there are processors; as they end, in no order."""
        pool = ThreadPoolExecutor(_processors())
        try:
            futures: dict[Future[Ending], Program] = {pool.submit(self.run, program): program for program in programs}
            while futures:
                done, _ = wait(futures, return_when=FIRST_COMPLETED)
                for future in done:
                    yield futures.pop(future), future.result()
        finally:
            self._stop()
            pool.shutdown(cancel_futures=True)

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
            for process in self._live:
                _kill(process)

    def _start(self, job: dict[str, Any], seconds: int) -> Ending:
        job |= {"methods": self.methods, "time": seconds, "memory": self.settings.memory, "processes": self._processes}
        with (
            tempfile.TemporaryDirectory(dir=self._folder.name, ignore_cleanup_errors=True) as folder,
            tempfile.TemporaryFile() as question,
            tempfile.TemporaryFile() as answer,
        ):
            question.write(json.dumps(job).encode())
            question.seek(0)
            with self._lock:  # either it is seen by `_stop`, or it is not started
                if self._stopped:
                    return Ending((), 0, timed_out=False)
                process = subprocess.Popen(
                    [sys.executable, "-s", "-P", "-B", "-X", "utf8", "-c", _BOOT, str(_HERE)],
                    stdin=question,
                    stdout=answer,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    env=_environment(folder),
                    start_new_session=True,
                )
                self._live.add(process)
            timed_out = self._await(process, seconds)
            answer.seek(0)
            return Ending(tuple(_messages(answer.read())), process.returncode, timed_out)

    def _await(self, process: subprocess.Popen[bytes], seconds: int) -> bool:
        """Wait for the end, ours or theirs; whether time was up. Nothing of its process group is left."""
        expired = threading.Event()

        def end() -> None:
            expired.set()
            _kill(process)

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            if hasattr(os, "waitid"):  # the group's number stays taken until we have killed what is left of it
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            else:
                process.wait()
        finally:
            timer.cancel()
            with self._lock:
                self._live.discard(process)
                _kill(process)
            process.wait()
        return expired.is_set()


_HERE = Path(__file__).resolve().parents[2]


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the caller's but what Windows cannot start a process without."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "SYSTEMDRIVE") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **kept,
        **threads,  # the cards run side by side already, and sums come out the same on every machine
        **dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), folder),
        "USER": "card",
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):  # it has ended; macOS says so in the second way
        pass


def _messages(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue  # the card's code has found our file, or was killed within a line
        if isinstance(message, dict):
            yield message


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _count_tasks() -> int:
    """How many processes and threads this user has: the limit on them counts all (Linux). 0 where that is not known."""
    proc, own = Path("/proc"), os.getuid() if hasattr(os, "getuid") else -1
    count = 0
    for folder in proc.glob("[0-9]*"):
        try:
            if folder.stat().st_uid == own:
                count += len(list((folder / "task").iterdir()))
        except OSError:  # it has ended meanwhile
            continue
    return count
