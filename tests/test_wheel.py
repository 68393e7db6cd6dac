"""What `pip install recto` gives is complete: the wheel works away from this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from conftest import ROOT, MakeDeck


def test_wheel__checks_and_builds_a_deck(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Build the wheel, unpack it elsewhere, run it there on a deck."""
    source = tmp_path / "source"  # setuptools leaves a build folder behind
    shutil.copytree(ROOT / "recto", source / "recto", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path / "wheel"),
        str(source),
    ]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (tmp_path / "wheel").glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    deck = make_deck({"cards/a.md": "# T\n\n## Q {#one}\n\n$\\frac{1}{2}$\n\n```python verify\nassert 1\n```\n"})
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    for command in (["check", "--run"], ["build"], ["verify"], ["preview", "--export", "site"]):
        result = subprocess.run(
            [sys.executable, "-m", "recto", *command], cwd=deck.root, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
    where = subprocess.run(
        [sys.executable, "-c", "import recto; print(recto.__file__)"],
        cwd=deck.root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert where.stdout.startswith(str(site))
