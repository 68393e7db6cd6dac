"""The code of cards: what is collected, how it is kept apart from the machine, what is told, what is remembered."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT, Deck, MakeDeck

from recto.cache import NO_CACHE, Cache
from recto.cli import run
from recto.facts.check import Facts, check_facts
from recto.facts.isolate import METHODS
from recto.facts.runner import Runner
from recto.model import Program, RunSettings

CALM = RunSettings(time=30, memory=512)
SHORT = RunSettings(time=2, memory=512)
LINUX = sys.platform.startswith("linux")


def fence(info: str, text: str) -> str:
    return f"```{info}\n{text}\n```\n\n"


def card(name: str, *fences: str, kind: str = "") -> str:
    return f"## Q {{#{name}{kind}}}\n\nA\n\n" + "".join(fences)


def deck_of(make_deck: MakeDeck, *cards: str) -> Deck:
    return make_deck({"cards/a.md": "# T\n\n" + "".join(cards)})


def programs_of(deck: Deck) -> tuple[Program, ...]:
    return deck.check().programs


def facts_of(deck: Deck, settings: RunSettings = CALM, cache: Cache = NO_CACHE, **options: object) -> Facts:
    return check_facts(programs_of(deck), settings, cache, **options)  # type: ignore[arg-type]


def verdict(make_deck: MakeDeck, text: str, settings: RunSettings = CALM, **options: object) -> str:
    """The place, message and rule of the one error that a hidden block brings, '' for none."""
    facts = facts_of(deck_of(make_deck, card("one", fence("python verify", text))), settings, **options)
    errors = [d for d in facts.diagnostics if d.severity == "error"]
    assert len(errors) <= 1
    return "".join(f"{d.span.line - 7}:{d.span.column}: {d.message} [{d.rule}]" for d in errors)


# --- what is collected -----------------------------------------------------------------------------------------------


def test_blocks__are_those_of_cards_in_the_order_of_the_file(make_deck: MakeDeck) -> None:
    """A card's blocks in all its fields, in quotes and lists; footnotes; no introduction, no other fence."""
    text = (
        "# T\n\n```python run\n0\n```\n\n## Q {#one}\n\nA[^n]\n\n> ```python verify\n> 1\n> ```\n\n"
        "### 追问\n\n- x\n\n  ```python run\n  2\n  ```\n\n  ```output\n  two\n  ```\n\n```python\n3\n```\n\n"
        "## P {#two .chain}\n\nA\n\n### Next\n\n```python run verify\n4\n```\n\n"
        "[^n]:\n    Note\n\n    ```python run\n    5\n    ```\n"
    )
    programs = programs_of(make_deck({"cards/a.md": text}))
    assert [
        (program.card, block.kind, block.code.text, block.output.text if block.output else None, str(block.code.span))
        for program in programs
        for block in program.blocks
    ] == [
        ("one", "verify", "1\n", None, "cards/a.md:11:1"),
        ("one", "run", "2\n", "two\n", "cards/a.md:19:3"),
        ("two", "verify", "4\n", None, "cards/a.md:37:1"),
        ("^n", "run", "5\n", None, "cards/a.md:44:5"),
    ]
    assert [(span.line, span.column) for span in programs[0].blocks[0].code.lines] == [(12, 3)]


def test_output__is_the_next_fence_only(make_deck: MakeDeck) -> None:
    """An output fence behind other code belongs to nothing that is executed."""
    deck = deck_of(make_deck, card("one", fence("python run", "x = 1"), fence("python", "x"), fence("output", "1")))
    assert programs_of(deck)[0].blocks[0].output is None
    assert facts_of(deck).diagnostics == ()


def test_holes__are_filled_before_the_code_is_executed(make_deck: MakeDeck) -> None:
    """Code in a cloze card is what the learner sees when all holes are open; a fault's line stays right."""
    code = fence("python run", "x = {{c1::[1, 2]}}\nprint(==sum==(x), 1 == 2)\n{{c3::x[5]}}")
    deck = deck_of(make_deck, card("one", code, fence("output", "{{c2::3}} False"), kind=" .cloze"))
    (block,) = programs_of(deck)[0].blocks
    assert block.code.text == "x = [1, 2]\nprint(==sum==(x), 1 == 2)\nx[5]\n"
    assert block.output is not None
    assert block.output.text == "3 False\n"
    deck.write("cards/a.md", deck.read("cards/a.md").replace("==sum==", "{{c2::sum}}"))
    (found,) = facts_of(deck).diagnostics
    assert (str(found.span), found.message) == (
        "cards/a.md:10:1",
        "the code fails with IndexError: list index out of range",
    )


def test_check_and_build__execute_nothing(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Only `check --run` starts code."""
    mark = tmp_path / "executed"
    deck = deck_of(make_deck, card("one", fence("python run", f"open({str(mark)!r}, 'w').close()")))
    assert run(["check", "--deck", str(deck.root), "-q"]) == 0
    assert run(["build", "--deck", str(deck.root), "-q"]) == 0
    assert not mark.exists()
    assert run(["check", "--run", "--deck", str(deck.root), "-q"]) == 0
    assert mark.exists()


# --- names, places, messages -----------------------------------------------------------------------------------------


def test_shown_blocks_share_names__hidden_ones_keep_theirs(make_deck: MakeDeck) -> None:
    """A later block sees what shown ones define; what hidden code defines is seen by nobody."""
    blocks = (
        fence("python run", "def f(x):\n    return x * k\nk = 3"),
        fence("python verify", "assert f(2) == 6\nk = hidden = 5"),
        fence("python verify", "assert k == 3 and 'hidden' not in globals()"),
        fence("python run", "print(f(2), 'hidden' in globals(), __name__)"),
        fence("output", "6 False __main__"),
    )
    facts = facts_of(
        deck_of(make_deck, card("one", *blocks), card("two", fence("python verify", "assert 'f' not in globals()")))
    )
    assert facts.diagnostics == ()
    assert (facts.executed, facts.failed) == (5, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = '中文'\nassert '答' and x == '文中', f'{x}'", "2:16: this does not hold: left = '中文', right = '文中'; 中文"),  # noqa: E501
        ("assert 1 < 2 < 2", "1:8: this does not hold: value 1 = 1, value 2 = 2, value 3 = 2"),
        ("assert not 1", "1:8: this does not hold"),
        ("import math\nassert math.isclose(1, 2.0)", "2:8: this does not hold: value 1 = 1, value 2 = 2.0"),
        ("def f():\n    a = [0] * 99\n    assert a == 0\nf()", "3:12: this does not hold: left = [" + "0, " * 26 + "…, right = 0"),  # noqa: E501
        ("assert (\n    1\n    == 2\n)", "2:5: this does not hold: left = 1, right = 2"),
        ("raise AssertionError('no')", "1:1: the code fails with AssertionError: no"),
        ("a = 1; b = 2 + {}['键']", "1:16: the code fails with KeyError: '键'"),
        ("import statistics\nassert statistics.mean([]) == 1", "2:8: the code fails with StatisticsError: mean requires at least one data point"),  # noqa: E501
        ("assert True\nraise SystemExit(3)", "2:1: the code fails with SystemExit: 3"),
        ("assert True\nraise KeyboardInterrupt", "2:1: the code fails with KeyboardInterrupt"),
    ],
)  # fmt: skip
def test_fault__stands_at_its_line_and_column(text: str, expected: str, make_deck: MakeDeck) -> None:
    """The place of the expression that failed, and the values that were compared."""
    assert verdict(make_deck, text) == f"{expected} [failed-code]"


@pytest.mark.parametrize(
    "text",
    [
        "assert True\nraise SystemExit",
        "assert (y := 3) == 3 and y == 3",
        "def f(x: int): pass\nassert f.__annotations__['x'] is int",
        "assert all(n < 3 for n in range(3)), 'text'",
        "class A:\n    x = 1\n    assert x == 1\nassert max(*[1, 2]) == 2",
        "assert [n for n in range(3) if n] == [1, 2] or False",
    ],
)
def test_assertions_that_hold__are_not_changed_by_being_watched(text: str, make_deck: MakeDeck) -> None:
    """Keeping the values of an assertion does not change what it means."""
    assert verdict(make_deck, text) == ""


def test_failed_shown_code__stops_its_card_only(make_deck: MakeDeck) -> None:
    """One report for a fault that later blocks would only repeat; they count as failed; other cards go on."""
    blocks = [fence("python run", "x = 1 / 0"), fence("python verify", "assert x == 1")]
    facts = facts_of(deck_of(make_deck, card("one", *blocks), card("two", fence("python verify", "assert 1 == 1"))))
    assert [d.message for d in facts.diagnostics] == ["the code fails with ZeroDivisionError: division by zero"]
    assert (facts.executed, facts.failed) == (1, 2)


def test_code__has_the_same_surroundings_everywhere(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash seed, locale, time zone, UTF-8, an empty folder; nothing of the caller's environment."""
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "1")
    text = (
        "import os, sys, time\n"
        "print(sys.flags.hash_randomization, sys.flags.utf8_mode, time.tzname[0], os.listdir())\n"
        "print('SECRET_OF_THE_CALLER' in os.environ, os.environ['HOME'] == os.getcwd(), '' in sys.path)"
    )
    deck = deck_of(make_deck, card("one", fence("python run", text), fence("output", "0 1 UTC []\nFalse True False")))
    assert facts_of(deck).diagnostics == ()


# --- kept apart ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("call", ["socket.create_connection(address, 2)", "socket.getaddrinfo('localhost', 80)[9]"])
def test_network__is_out_of_reach(method: str, call: str, make_deck: MakeDeck) -> None:
    """Each way of blocking it, alone, keeps code from a server that listens on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = f"import socket\naddress = {server.getsockname()!r}\n{call}\nassert False, 'reached'"
        socket.create_connection(server.getsockname(), 2).close()  # it could be reached
        found = verdict(make_deck, text, methods=(method,))
        server.settimeout(0.1)
        server.accept()[0].close()
        if "create_connection" in call:
            assert found.startswith("3:1: the code fails with "), found
            with pytest.raises(TimeoutError):
                server.accept()


@pytest.mark.skipif(not LINUX, reason="other systems have only the hook")
def test_isolation__is_said_as_it_is(make_deck: MakeDeck) -> None:
    """The strongest way that works is used and named; the weakest is called what it is."""
    deck = deck_of(make_deck, card("one", fence("python verify", "assert 1 == 1")))
    assert facts_of(deck, methods=("filter",)).isolation == "no sockets, by a system call filter, 30 s, 512 MiB"
    assert facts_of(deck, methods=("hook",)).isolation == "network blocked by Python only, 30 s, 512 MiB"
    assert facts_of(deck, methods=()).isolation == "network not blocked, 30 s, 512 MiB"


def test_hook__starts_no_programs(make_deck: MakeDeck) -> None:
    """Where Python alone blocks the network, another program could not be blocked."""
    text = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', '1'])"
    assert "PermissionError: [Errno 1] cards have no network" in verdict(make_deck, text, methods=("hook",))


def test_files__land_in_a_folder_that_is_gone_afterwards(make_deck: MakeDeck) -> None:
    """Relative paths lead nowhere near the deck, and nothing stays behind."""
    text = "import os\nfor name in ('deck.toml', 'cards.md'):\n    open(name, 'w').close()\nprint(os.getcwd())"
    deck = deck_of(make_deck, card("one", fence("python run", text)))
    before = deck.read("deck.toml")
    (found,) = facts_of(deck).diagnostics
    folder = Path(found.message.split("«")[1].split("»")[0])
    assert folder.parent.parent == Path(tempfile.gettempdir())
    assert not folder.parent.exists()
    assert deck.read("deck.toml") == before
    assert not (deck.root / "cards.md").exists()


RUNAWAYS = {
    "time": ("while True:\n    pass", "the card's code ran for 2 s and had not finished this block"),
    "memory": ("data = bytearray(1 << 31)", "the code needs more memory than 512 MiB"),
    "output": ("while True:\n    print('x' * 99)", "the code prints more than 64 KiB"),
    "raw output": ("import os\nwhile True:\n    os.write(1, b'x' * 99999)", "the code prints more than 64 KiB"),
    "caught": (
        "while True:\n    try:\n        print('x' * 99999)\n    except: break",
        "the code prints more than 64 KiB",
    ),
    "file": (
        "with open('f', 'wb') as f:\n    while True:\n        f.write(bytes(1 << 20))",
        "the code prints more than",
    ),
    "crash": ("import ctypes\nctypes.string_at(0)", "the process was ended by SIGSEGV"),
    "kill": ("import os\nos.kill(os.getpid(), 9)", "the process was ended by SIGKILL"),
}


@pytest.mark.skipif(not LINUX, reason="the limits of other systems are weaker")
@pytest.mark.parametrize("name", RUNAWAYS)
def test_runaway__ends_with_a_message(name: str, make_deck: MakeDeck) -> None:
    """Whatever a card takes too much of is named, and the check comes to its end."""
    text, expected = RUNAWAYS[name]
    found = verdict(make_deck, text, SHORT if name == "time" else CALM)
    assert expected in found
    assert found.endswith("[code-limit]")


@pytest.mark.skipif(not LINUX, reason="the limits of other systems are weaker")
def test_processes__are_limited_and_none_is_left(make_deck: MakeDeck) -> None:
    """A fork bomb ends; a process in a session of its own ends with its card."""
    assert verdict(make_deck, "import os\nwhile True:\n    os.fork()", SHORT).endswith("[code-limit]")
    mark = f"recto-test-{os.getpid()}"
    sleeper = (
        f"import os, time\nopen('/proc/self/comm', 'w').write({mark[:15]!r})\n"
        "if not os.fork():\n    os.setsid()\n    time.sleep(60)"
    )
    assert verdict(make_deck, sleeper) == ""
    deadline = time.monotonic() + 5
    while (left := _named(mark[:15])) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def _named(name: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            found += [str(path)] if path.read_text().strip() == name else []
        except OSError:
            continue
    return found


def test_exit_without_end__is_no_success(make_deck: MakeDeck) -> None:
    """A block that ends its process has not shown that what follows holds."""
    found = verdict(make_deck, "import os\nos._exit(0)\nassert False")
    assert found == "0:1: the process ended itself, with exit code 0 [failed-code]"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_interrupt__ends_children_and_leaves_no_folder(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Ctrl-C stops at once, with one word and the exit code of every interrupted command."""
    blocks = [
        card(f"c{n}", fence("python verify", 'import time\nopen("here", "w")\ntime.sleep(50)\nassert 1'))
        for n in range(4)
    ]
    deck = deck_of(make_deck, *blocks)
    deck.write("deck.toml", deck.read("deck.toml") + "[run]\ntime = 60\n")
    command = [sys.executable, "-m", "recto", "check", "--run", "--deck", str(deck.root)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    # A shell ignores Ctrl-C for what it starts with &, and this test run may be such.
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=heeding
    )
    while not list(tmp_path.glob("recto-run-*/*/here")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert (process.returncode, stderr.strip()) == (2, "stopped")
    assert list(tmp_path.glob("recto-run-*")) == []


def test_many_cards__run_side_by_side(make_deck: MakeDeck, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many at a time as there are processors: two cards that wait for each other both end."""
    monkeypatch.setattr("recto.facts.runner._processors", lambda: 2)
    folder = make_deck().root
    meet = (
        "import pathlib, time\nown, other = (pathlib.Path(p) for p in {!r})\nown.touch()\n"
        "while not other.exists():\n    time.sleep(0.01)\nassert other.exists()"
    )
    pair = [str(folder / "a"), str(folder / "b")]
    cards = [card(name, fence("python verify", meet.format(p))) for name, p in (("x", pair), ("y", pair[::-1]))]
    facts = facts_of(deck_of(make_deck, *cards), RunSettings(time=20))
    assert (facts.executed, facts.failed) == (2, 0)


# --- what is missing -------------------------------------------------------------------------------------------------


def test_missing_module__is_skipped_counted_and_named(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning at the import; an error where the deck says so; installed ones are used."""
    deck = deck_of(
        make_deck,
        card("one", fence("python verify", "import no_such_module.x\nassert 1")),
        card("two", fence("python verify", "import numpy as np\nassert np.ones(2).sum() == 2")),
    )
    assert run(["check", "--run", "--deck", str(deck.root)]) == 0
    captured = capsys.readouterr()
    assert "cards/a.md:8:1: warning: not executed: no_such_module is not installed [code-not-run]" in captured.err
    assert "code: 1 executed, 0 cached, 0 failed, 1 skipped for want of no_such_module (isolated: " in captured.out
    deck.write("deck.toml", deck.read("deck.toml") + '[run]\nskipped = "error"\n')
    assert run(["check", "--run", "--deck", str(deck.root), "-q"]) == 1
    assert "cards/a.md:8:1: error: not executed" in capsys.readouterr().err


def test_no_code__is_no_work(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """A deck without code is checked as ever, and says that nothing was executed."""
    assert run(["check", "--run", "--deck", str(deck_of(make_deck, card("one")).root)]) == 0
    assert capsys.readouterr().out.endswith("; code: 0 executed, 0 cached, 0 failed, 0 skipped\n")


def test_formats__carry_the_diagnostics_and_keep_the_summary_apart(
    make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON and annotations on standard output, the counts on standard error; exit 1."""
    deck = deck_of(make_deck, card("one", fence("python verify", "assert 1 == 2")))
    assert run(["check", "--run", "--format", "json", "--deck", str(deck.root)]) == 1
    captured = capsys.readouterr()
    (entry,) = json.loads(captured.out)
    assert (entry["line"], entry["column"], entry["end_column"], entry["rule"]) == (8, 8, 14, "failed-code")
    assert "; code: 0 executed, 0 cached, 1 failed, 0 skipped (isolated: " in captured.err
    assert run(["check", "--run", "--format", "github", "--deck", str(deck.root)]) == 1
    assert capsys.readouterr().out.startswith("::error file=cards/a.md,line=8,col=8,endLine=8,endColumn=14,")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tine = 3", 'deck.toml:9:1: unknown key "tine" did you mean "time"?'),
        ("time = 0", "deck.toml:9:1: time must be 1 to 3600 seconds "),
        ('time = "3"', "deck.toml:9:1: time must be a whole number "),
        ("memory = 1", "deck.toml:9:1: memory must be 64 to 1048576 MiB "),
        ('skipped = "no"', 'deck.toml:9:1: skipped "no" is not known warning, or error where everything that the cards import is installed'),  # noqa: E501
    ],
)  # fmt: skip
def test_settings__are_checked_with_their_places(line: str, expected: str, make_deck: MakeDeck) -> None:
    """A misspelt limit is told; it does not leave another one in force."""
    deck = deck_of(make_deck, card("one"))
    deck.write("deck.toml", f"{deck.read('deck.toml')}[run]\n{line}\n")
    assert [f"{d.span}: {d.message} {d.help}" for d in deck.check().diagnostics] == [expected]


# --- what is remembered ----------------------------------------------------------------------------------------------


def counts(facts: Facts) -> tuple[int, int, int]:
    return facts.executed, facts.cached, facts.failed


def test_cache__knows_what_passed_and_only_that(make_deck: MakeDeck) -> None:
    """The second time nothing is executed but what failed; changed code, output or limits are executed again."""
    good = card("one", fence("python run", "print(1)"), fence("output", "1"))
    deck = deck_of(make_deck, good, card("two", fence("python verify", "assert 1 == 2")))
    cache = Cache(deck.root / "cache")
    assert counts(facts_of(deck, cache=cache)) == (1, 0, 1)
    assert counts(facts_of(deck, cache=cache)) == (0, 1, 1)
    deck.write("cards/a.md", deck.read("cards/a.md").replace("# T\n", "# T\n\nMoved down.\n"))
    assert counts(facts_of(deck, cache=cache)) == (0, 1, 1)
    assert counts(facts_of(deck, RunSettings(time=31, memory=512), cache)) == (1, 0, 1)
    deck.write("cards/a.md", deck.read("cards/a.md").replace("output\n1", "output\n2"))
    assert counts(facts_of(deck, cache=cache)) == (0, 0, 2)


def test_no_cache__executes_everything(
    make_deck: MakeDeck, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`--no-cache` neither believes nor writes."""
    monkeypatch.setenv("RECTO_CACHE", str(tmp_path / "cache"))
    deck = deck_of(make_deck, card("one", fence("python verify", "assert 1 == 1")))
    for _ in range(2):
        assert run(["check", "--run", "--no-cache", "--deck", str(deck.root)]) == 0
        assert "code: 1 executed, 0 cached" in capsys.readouterr().out
    assert not (tmp_path / "cache").exists()


def test_version_of_a_module__is_part_of_the_key() -> None:
    """The probe tells the version of what is installed, and None for what is not."""
    with Runner(CALM) as runner:
        modules = runner.probe(["numpy", "math", "no_such_module"]).modules
    assert modules["numpy"]
    assert modules["numpy"].startswith("numpy ")
    assert modules["math"] == "standard library"
    assert modules["no_such_module"] is None
