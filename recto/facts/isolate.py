"""Inside the child process: no network, limits. Imports the standard library only.

None of this is a boundary against malice: the code still reads and writes files as the user who started it. It keeps
honest cards from depending on the network, and runaway ones from taking the machine.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

METHODS = ("namespace", "filter", "hook")
"""Ways to take the network away, the strongest first; a hook is used only where nothing else works."""

# linux/sched.h
_CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x08000000, 0x10000000, 0x20000000, 0x40000000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h
# machine: (AUDIT_ARCH_*, number of socket(2)); asm/unistd_64.h and asm-generic/unistd.h of Linux
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_IO_URING_SETUP = 425  # can open sockets past a filter; the same number on both
_X32_BIT = 0x40000000  # numbers of the x32 ABI, which the filter would not know
_BLOCKED_EVENTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.startfile")
# Making a socket, or looking up the machine's own name, reaches nobody.
_HARMLESS_EVENTS = ("socket.__new__", "socket.gethostname")
_LAST_CODE = 128
"""Exit codes above it stand for signals, as in a shell."""
_FILE_SIZE = 64 << 20
_HEADROOM = 8 << 30  # address space beyond the memory: what libraries map and never touch


def block_network(methods: tuple[str, ...] = METHODS) -> str:
    """Take the network away from this process and its children; which of `METHODS` is in force ('' if none is)."""
    linux = sys.platform.startswith("linux")
    done = [name for name, attempt in _ATTEMPTS.items() if linux and name in methods and attempt()]
    if done:
        return done[0]
    if "hook" in methods:
        sys.addaudithook(_refuse)
        return "hook"
    return ""


def _enter_namespace() -> bool:
    """Namespaces of our own: no network, even the loopback interface is down; and no process outlives us."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWPID) != 0:
        return False
    _descend()
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737); UDP, so nothing is sent
        return False
    return True


def _descend() -> None:
    """Go on as the second process of the new namespace; the first two wait for it and end as it does.

    The first of a namespace ignores most signals and takes all others with it when it ends (pid_namespaces(7)): so it
    must not be the one that executes, and what a card leaves running, in whatever session, ends with it.
    """
    for is_first in (False, True):
        child = os.fork()
        if child:
            while (ended := os.wait())[0] != child:  # the first is given the orphans of the card too
                pass
            status = os.waitstatus_to_exitcode(ended[1])
            if is_first or 0 <= status <= _LAST_CODE:
                os._exit(status if status >= 0 else _LAST_CODE - status)
            signal.raise_signal(status - _LAST_CODE)
            os._exit(status)


def _install_filter() -> bool:
    """A system call filter under which socket(2) is not permitted, also for local sockets (a Docker daemon's)."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES or sys.maxsize < 2**32:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    code = _filter_code(*_ARCHITECTURES[machine])
    buffer = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer)))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))) != 0:
        return False
    installed: int = libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), program)
    return installed == 0 and not _can_make_sockets()


def _filter_code(architecture: int, socket_call: int) -> bytes:
    """Classic BPF over `struct seccomp_data`, number at 0, architecture at 4: (code, jump if true, if false, value)."""
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h: LD|W|ABS, JMP|JEQ|K, JMP|JGE|K, RET|K
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EPERM  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
    steps = [
        (load, 0, 0, 4),
        (equal, 0, 5, architecture),
        (load, 0, 0, 0),
        (at_least, 3, 0, _X32_BIT),
        (equal, 2, 0, socket_call),
        (equal, 1, 0, _IO_URING_SETUP),
        (give, 0, 0, allow),
        (give, 0, 0, refuse),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _can_make_sockets() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM):
        return True
    return False


_ATTEMPTS: dict[str, Callable[[], bool]] = {"namespace": _enter_namespace, "filter": _install_filter}


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_BLOCKED_EVENTS) and event not in _HARMLESS_EVENTS:
        raise PermissionError(errno.EPERM, f"cards have no network and start no programs ({event})")


def set_limits(seconds: int, mebibytes: int, processes: int) -> list[str]:
    """Limit this process and its children; the names of the limits that hold here, of `memory`, `processes`, `files`.

    `processes` is how many processes and threads the user may have in all (0: not limited). The time is held by the
    parent; here the process only ends itself when the parent was killed and cannot.
    """
    if resource is None:
        return []
    signal.alarm(seconds + 5)
    _limit("RLIMIT_CPU", seconds + 2)
    _limit("RLIMIT_CORE", 0)
    held = []
    if sys.platform.startswith("linux"):  # macOS takes these and holds nobody to them
        memory = mebibytes << 20
        held += ["memory"] * (_limit("RLIMIT_DATA", memory) and _limit("RLIMIT_AS", memory + _HEADROOM))
        held += ["processes"] * (processes > 0 and _limit("RLIMIT_NPROC", processes))
    held += ["files"] * _limit("RLIMIT_FSIZE", _FILE_SIZE)
    return held


def _limit(name: str, value: int) -> bool:
    try:
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))
    except (AttributeError, ValueError, OSError):
        return False
    return True
