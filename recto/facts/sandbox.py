"""The child process: reads one job as JSON on standard input, answers with JSON lines on standard output.

Started by `runner` without recto on its path; imports the standard library and its neighbours only.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from typing import Any

from recto.facts.execute import Execution
from recto.facts.isolate import block_network, set_limits


def main() -> None:
    """Isolate this process, then do the job: tell of modules, execute the blocks of a card."""
    job = json.load(sys.stdin.buffer)
    answer = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)

    def say(message: dict[str, Any]) -> None:
        os.write(answer, json.dumps(message).encode() + b"\n")

    network = block_network(tuple(job["methods"]))
    limits = set_limits(job["time"], job["memory"], job["processes"])
    if job["modules"] is not None:
        say({"network": network, "limits": limits, "python": _python(), "modules": _versions(job["modules"])})
    execution = Execution([text for _, text in job["blocks"]])
    for index, (kind, _) in enumerate(job["blocks"]):
        say({"begin": index})
        said = execution.run(index, hidden=kind == "verify")
        say({"end": index, **said})
        if said["failure"] and kind == "run":
            break  # what follows builds on it
    say({"done": True})
    os._exit(0)  # threads and exit handlers of a card must not keep us


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()} {platform.machine()} {sys.platform}"


def _versions(modules: list[str]) -> dict[str, str | None]:
    """The version of each module that can be imported here, None for the others; nothing is imported."""
    import importlib.metadata
    import importlib.util

    versions: dict[str, str | None] = dict.fromkeys(modules, "standard library")
    others = [name for name in modules if name not in sys.stdlib_module_names]
    packages = importlib.metadata.packages_distributions() if others else {}
    for name in others:
        spec = importlib.util.find_spec(name) if name != "__main__" else None
        found = {f"{d} {importlib.metadata.version(d)}" for d in packages.get(name, ())}
        versions[name] = (",".join(sorted(found)) or str(spec.origin)) if spec else None
    return versions
